"""Customer records: accounts, contacts, leads, deals, their pipelines, products, activities and campaigns.

One shelf of verbs per noun. The other rooms plan, measure and load what lives here; `crm` imports `base` and `core` only.
"""
