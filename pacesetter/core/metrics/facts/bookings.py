"""The ledger of bookings: what was won on which day; what is taken back or corrected later is dated then, never rewritten."""

from pacesetter.core.metrics.facts import fact
from pacesetter.core.metrics.facts.stages import TRAITS, money

FACTS = ("booking_steps", "bookings", "booking_credits")


@fact("booking_steps", step=True)
def booking_steps() -> str:
    """Each day on which a won deal began, ended or changed its value: minus what stood before, plus what stands now."""
    return """
        WITH pairs AS (
            SELECT deal_id, day, status, type, pipeline_id, amount, annual_amount, currency, coalesce(closer, owner_id) AS owner_id,
                lag({'status': status, 'type': type, 'pipeline_id': pipeline_id, 'amount': amount, 'annual_amount': annual_amount,
                     'currency': currency, 'owner_id': coalesce(closer, owner_id)}) OVER (PARTITION BY deal_id ORDER BY day) AS b
            FROM deal_runs WHERE deal_id IN (SELECT deal_id FROM deal_runs WHERE status = 'won')),
        changed AS (
            SELECT * FROM pairs
            WHERE (status = 'won') IS DISTINCT FROM (b.status = 'won')
                OR (status = 'won' AND (amount, annual_amount, currency, type) IS DISTINCT FROM (b.amount, b.annual_amount, b.currency, b.type)))
        SELECT deal_id, day, type, pipeline_id, amount, annual_amount, currency, owner_id, 1 AS sign,
            CASE WHEN b.status = 'won' THEN 'changed' ELSE 'won' END AS kind
        FROM changed WHERE status = 'won'
        UNION ALL
        SELECT deal_id, day, b.type, b.pipeline_id, b.amount, b.annual_amount, b.currency, b.owner_id, -1,
            CASE WHEN status = 'won' THEN 'changed' ELSE 'cancelled' END
        FROM changed WHERE b.status = 'won'"""


@fact("bookings")
def bookings() -> str:
    return f"""
        SELECT * EXCLUDE (sign) REPLACE (sign * annual AS annual, sign * total AS total, sign * one_off AS one_off)
        FROM (SELECT b.deal_id AS id, {TRAITS}, b.pipeline_id AS pipeline, b.type, {money("b")}, b.owner_id AS owner, b.kind, b.day AS "on", b.sign
            FROM booking_steps b JOIN deal_traits t ON t.id = b.deal_id)"""


@fact("booking_credits")
def booking_credits() -> str:
    """Every booking once per credited person; `lower` and `upper` cut it so that shares add up to the last cent."""
    return """
        WITH given AS (
            SELECT deal_id, user_id, kind, share FROM deal_credits
            UNION ALL
            SELECT DISTINCT deal_id, NULL::BIGINT, 'owner', 10000 FROM booking_steps b
            WHERE NOT EXISTS (SELECT 1 FROM deal_credits c WHERE c.deal_id = b.deal_id AND c.kind = 'owner')),
        cut AS (
            SELECT *, sum(share) OVER (PARTITION BY deal_id, kind ORDER BY user_id NULLS FIRST) AS upper FROM given)
        SELECT b.* REPLACE (coalesce(c.user_id, b.owner) AS owner, coalesce(c.user_id, b.owner, 0) AS seen),
            c.upper - c.share AS lower, c.upper, c.kind AS credit
        FROM bookings b JOIN cut c ON c.deal_id = b.id"""
