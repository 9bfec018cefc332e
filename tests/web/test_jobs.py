"""The jobs page: state, progress, error in words, result, cancelling and trying again, each to those who may see it."""

import pytest

from pacesetter.base import jobs
from pacesetter.base.actor import Actor
from pacesetter.base.models import Job
from pacesetter.core.errors import Invalid

HTMX = {"HTTP_HX_REQUEST": "true"}


def work(running: jobs.Running, outcome: str = "") -> dict[str, int]:
    running.log("closed_without_date")
    running.step(1, 2)
    if outcome == "refused":
        raise Invalid("unknown_currency", currency="XXX")
    if outcome == "broken":
        raise RuntimeError("a secret trace")
    return {"count": 2}


if "test.work" not in jobs.JOBS:
    jobs.job("test.work", "Weigh the anchors", attempts=1)(work)


@pytest.fixture
def begin(cast):
    def start(who: str = "chiara", **args: str) -> Job:
        return jobs.start("test.work", by=Actor.of(getattr(cast, who), via="web"), **args)

    return start


def test_a_job_shows_its_progress_until_it_is_done(signed_in, begin):
    client, job = signed_in("chiara"), begin()
    part = client.get(f"/jobs/{job.pk}", HTTP_HX_TARGET="job", **HTMX).content.decode()
    assert 'hx-trigger="every 1s"' in part and "Waiting" in part
    jobs.run_inline(job)
    page = client.get(f"/jobs/{job.pk}").content.decode()
    assert "Weigh the anchors" in page and "every 1s" not in page
    assert "A closed deal needs the day" in page  # its log, in words


@pytest.mark.parametrize(
    ("outcome", "says"), [("refused", "XXX is not a currency code."), ("broken", "Something went wrong inside the program.")]
)
def test_a_failed_job_says_why_in_words_and_can_be_tried_again(signed_in, begin, outcome, says):
    client, job = signed_in("chiara"), begin(outcome=outcome)
    jobs.run_inline(job)
    for path in (f"/jobs/{job.pk}", "/jobs?state=failed"):
        page = client.get(path).content.decode()
        assert says in page and "secret trace" not in page
    assert client.post(f"/jobs/{job.pk}/attempts").url == f"/jobs/{job.pk}"
    job.refresh_from_db()
    assert job.state == "queued"


def test_a_waiting_job_is_cancelled_at_once(signed_in, begin):
    client, job = signed_in("chiara"), begin()
    client.post(f"/jobs/{job.pk}/cancellation")
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert "Cancelled" in client.get("/jobs").content.decode()


def test_one_sees_ones_own_jobs_and_everyones_with_the_capability(signed_in, begin):
    mine = begin("daniel")
    assert signed_in("daniel").get(f"/jobs/{mine.pk}").status_code == 200
    assert signed_in("chiara").get(f"/jobs/{mine.pk}").status_code == 200
    theirs = begin("chiara")
    assert signed_in("daniel").get(f"/jobs/{theirs.pk}").status_code == 404
    assert signed_in("daniel").post(f"/jobs/{theirs.pk}/cancellation").status_code == 404


def test_the_page_without_jobs_says_what_it_is_for(signed_in, cast):
    assert "No jobs here" in signed_in("chiara").get("/jobs").content.decode()
