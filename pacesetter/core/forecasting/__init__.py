"""What will be won, from what is known: pure functions on histories of deals and on series, usable from a notebook.

`Histories` holds who was where when; `deals.forecast` says what is won by a day, with its spread; `backtests` says how far off
that would have been; `series` forecasts many series at once; `measures` are the error measures of all. Nothing here
reads a clock, a file or a database: every function is told as of when.
"""
