"""Pipelines, stages, reasons, fields, choices and the catalogue."""

from pacesetter.base.models import CustomField, Option
from pacesetter.crm.models import Campaign, LeadStatus, LostReason, Pipeline, Product, Stage
from tests.web.test_settings_company import undo_of

LABEL = {"label-en": "Partner", "label-es": "Socios", "label-it": ""}


def stage_form(stage: Stage, **more: object) -> dict:
    label = {f"label-{code}": stage.label.get(code, "") for code in ("en", "es", "it")}
    return {"form": "stage", "probability": str(stage.probability), "category": stage.category, **label, **more}


def test_a_pipeline_is_made_with_its_stages(company, signed_in):
    signed_in("ada").post("/settings/pipelines/new", {"form": "new", **LABEL})
    pipeline = Pipeline.objects.get(key="partner")
    assert pipeline.label == {"en": "Partner", "es": "Socios"}
    assert [stage.type for stage in pipeline.stages.all()] == ["open", "won", "lost"]


def test_a_name_in_english_is_needed(company, signed_in):
    answer = signed_in("ada").post("/settings/pipelines/new", {"form": "new", "label-en": " "})
    assert answer.status_code == 422
    assert b'id="f-label-en-error"' in answer.content


def test_rules_of_a_pipeline_change_and_come_back(company, signed_in):
    pipeline, client = Pipeline.objects.get(key="sales"), signed_in("ada")
    page = client.post(
        f"/settings/pipelines/{pipeline.pk}", {"form": "rules", "label-en": "Sales", "allow_back": "on"}, follow=True
    ).content
    assert not Pipeline.objects.get(pk=pipeline.pk).allow_skip
    client.post(undo_of(page))
    assert Pipeline.objects.get(pk=pipeline.pk).allow_skip


def test_arrows_move_a_stage(company, signed_in, stages):
    client, address = signed_in("ada"), f"/settings/pipelines/{stages[0].pipeline_id}"
    client.post(address, {"form": "move", "row": stages[1].pk, "to": "up"})
    order = list(Stage.objects.filter(pipeline=stages[0].pipeline_id).order_by("position").values_list("pk", flat=True))
    assert order[:2] == [stages[1].pk, stages[0].pk]
    assert b"is-bad" in client.post(address, {"form": "move", "row": stages[1].pk, "to": "up"}, follow=True).content


def test_everything_of_a_stage_is_typed(company, signed_in, stages):
    stage = stages[2]
    rows = {"rows": "2", "row-0-en": "Budget known", "row-0-es": "Presupuesto", "row-0-required": "on", "row-1-en": ""}
    more = {
        "probability": "50",
        "rotting_days": "10",
        "expected_days": "30",
        "is_qualified": "on",
        "required_fields": ["amount", "close_date"],
    }
    signed_in("ada").post(f"/settings/pipelines/stages/{stage.pk}", stage_form(stage, **more, **rows))
    stage.refresh_from_db()
    assert (stage.probability, stage.rotting_days, stage.expected_days, stage.is_qualified) == (50, 10, 30, True)
    assert stage.required_fields == ["amount", "close_date"]
    assert stage.exit_criteria == [{"key": "budget_known", "label": {"en": "Budget known", "es": "Presupuesto"}, "required": True}]


def test_what_a_stage_cannot_be_is_refused_at_its_field(company, signed_in, stages):
    answer = signed_in("ada").post(f"/settings/pipelines/stages/{stages[2].pk}", stage_form(stages[2], probability="120"))
    assert answer.status_code == 422
    assert b'id="f-probability-error"' in answer.content


def test_a_stage_in_use_and_the_only_won_one_are_not_archived(company, signed_in, stages):
    won = Stage.objects.get(pipeline=stages[0].pipeline, type="won")
    for stage, says in ((stages[0], b"is used by"), (won, b"only stage of its kind")):
        page = signed_in("ada").post(f"/settings/pipelines/stages/{stage.pk}", {"form": "archive"}, follow=True)
        assert says in page.content
    signed_in("ada").post(f"/settings/pipelines/stages/{stages[4].pk}", {"form": "archive"})
    assert Stage.objects.get(pk=stages[4].pk).archived_on


def test_a_reason_is_added_changed_and_archived(company, signed_in):
    client = signed_in("ada")
    client.post("/settings/pipelines/reasons/new", {"form": "reason", "label-en": "No budget"})
    reason = LostReason.objects.get(key="no_budget")
    client.post(f"/settings/pipelines/reasons/{reason.pk}", {"form": "reason", "label-en": "No budget", "never_real": "on"})
    client.post(f"/settings/pipelines/reasons/{reason.pk}", {"form": "archive"})
    reason.refresh_from_db()
    assert reason.never_real
    assert reason.archived_on


def test_a_status_is_added_renamed_in_three_languages_and_undone(company, signed_in):
    client = signed_in("ada")
    client.post("/settings/pipelines/statuses/new", {"form": "status", "label-en": "Called", "label-it": "Chiamato", "type": "working"})
    status = LeadStatus.objects.get(key="called")
    assert (status.label, status.type) == ({"en": "Called", "it": "Chiamato"}, "working")
    more = {"label-en": "Called twice", "label-es": "Dos llamadas", "label-it": "Chiamato", "type": "new"}
    page = client.post(f"/settings/pipelines/statuses/{status.pk}", {"form": "status", **more}, follow=True).content
    status.refresh_from_db()
    assert (status.label["es"], status.type) == ("Dos llamadas", "working")
    client.post(undo_of(page))
    status.refresh_from_db()
    assert status.label == {"en": "Called", "it": "Chiamato"}


def test_a_status_is_archived_and_comes_back(company, signed_in):
    client = signed_in("ada")
    client.post("/settings/pipelines/statuses/new", {"form": "status", "label-en": "Called", "type": "working"})
    address = f"/settings/pipelines/statuses/{LeadStatus.objects.get(key='called').pk}"
    page = client.post(address, {"form": "archive"}, follow=True).content
    assert LeadStatus.objects.get(key="called").archived_on
    assert b"archived" in page
    client.post(undo_of(page))
    assert not LeadStatus.objects.get(key="called").archived_on
    client.post(address, {"form": "archive"})
    client.post(address, {"form": "restore"})
    assert not LeadStatus.objects.get(key="called").archived_on


def test_a_status_that_leads_need_is_not_archived(company, signed_in):
    held, last = LeadStatus.objects.get(key="new"), LeadStatus.objects.get(key="nurture")
    for status, says in ((held, b"is used by"), (last, b"only status of its type")):
        page = signed_in("ada").post(f"/settings/pipelines/statuses/{status.pk}", {"form": "archive"}, follow=True)
        assert says in page.content


def test_arrows_move_a_status_and_a_reason(company, signed_in):
    client = signed_in("ada")
    for form, model in (("status", LeadStatus), ("reason", LostReason)):
        first, second = model.objects.all()[:2]
        page = client.post("/settings/pipelines", {"form": form, "row": second.pk, "to": "up"}, follow=True).content
        assert list(model.objects.all()[:2]) == [second, first]
        client.post(undo_of(page))
        assert list(model.objects.all()[:2]) == [first, second]


def test_a_type_that_is_not_known_is_refused(company, signed_in):
    answer = signed_in("ada").post("/settings/pipelines/statuses/new", {"form": "status", "label-en": "x", "type": "dreaming"})
    assert answer.status_code == 422
    assert b'id="f-type-error"' in answer.content
    assert signed_in("ines").post("/settings/pipelines/statuses/new", {"form": "status", "label-en": "x", "type": "new"}).status_code == 403


def test_a_field_of_ones_own(company, signed_in):
    client = signed_in("ada")
    new = {"form": "field", "label-en": "Region", "type": "choice", "rows": "2", "row-0-en": "North", "row-1-en": "South"}
    client.post("/settings/fields/deal/new", new)
    row = CustomField.objects.get(noun="deal", key="region")
    assert [one["key"] for one in row.choices] == ["north", "south"]
    assert b"Region" in client.get("/deals/new").content
    client.post(f"/settings/fields/{row.pk}", new | {"rows": "1", "row-0-key": "north", "row-0-en": "The north"})
    client.post(f"/settings/fields/{row.pk}", {"form": "archive"})
    row.refresh_from_db()
    assert row.choices == [{"key": "north", "label": {"en": "The north"}}]
    assert row.archived_on


def test_a_choice_field_needs_choices(company, signed_in):
    answer = signed_in("ada").post("/settings/fields/deal/new", {"form": "field", "label-en": "Region", "type": "choice", "rows": "0"})
    assert answer.status_code == 422


def test_choices_are_added_renamed_and_archived(company, signed_in):
    client = signed_in("ada")
    client.post("/settings/choices?list=account.industry", {"form": "add", "label-en": "Farming"})
    row = Option.objects.get(field="account.industry", key="farming")
    page = client.post(
        f"/settings/choices/{row.pk}", {"form": "option", "label-en": "Agriculture", "label-es": "Agricultura"}, follow=True
    ).content
    row.refresh_from_db()
    assert row.label == {"en": "Agriculture", "es": "Agricultura"}
    client.post(undo_of(page))
    client.post(f"/settings/choices/{row.pk}", {"form": "archive"})
    row.refresh_from_db()
    assert row.label == {"en": "Farming"}
    assert row.archived_on


def test_labels_are_translated_beside_the_english_and_undone(company, signed_in):
    client, here = signed_in("ada"), "/settings/choices?list=account.industry"
    for name in ("Farming", "Mining"):
        client.post(here, {"form": "add", "label-en": name, "label-es": "", "label-it": f"{name} it"})
    farming, mining = Option.objects.filter(field="account.industry").order_by("id")
    assert mining.label == {"en": "Mining", "it": "Mining it"}
    sent = {f"label-{farming.pk}-en": "Farming", f"label-{farming.pk}-es": "Agricultura", f"label-{mining.pk}-en": "Mining"}
    page = client.post(here, {"form": "words", **sent}, follow=True).content
    assert b"2 choices saved" in page
    farming.refresh_from_db()
    assert farming.label == {"en": "Farming", "es": "Agricultura"}
    client.post(undo_of(page))
    farming.refresh_from_db()
    assert farming.label == {"en": "Farming", "it": "Farming it"}


def test_an_emptied_english_label_refuses_them_all_and_keeps_what_was_typed(company, signed_in):
    client, here = signed_in("ada"), "/settings/choices?list=account.industry"
    client.post(here, {"form": "add", "label-en": "Farming"})
    row = Option.objects.get(field="account.industry")
    answer = client.post(here, {"form": "words", f"label-{row.pk}-en": " ", f"label-{row.pk}-es": "Agricultura"})
    assert answer.status_code == 422
    assert b"Agricultura" in answer.content
    assert b"Farming, English is missing" in answer.content
    row.refresh_from_db()
    assert row.label == {"en": "Farming"}


def test_products_and_campaigns(company, signed_in):
    client = signed_in("ada")
    client.post(
        "/settings/products/new", {"form": "form", "name": "Sensor", "price": "1,200.50", "currency": "USD", "recurring_months": "12"}
    )
    product = Product.objects.get(name="Sensor")
    assert product.price == 120050
    assert b"$1,200.50" in client.get("/settings/products").content
    page = client.post(f"/settings/products/{product.pk}", {"form": "archive"}, follow=True).content
    client.post(undo_of(page))
    assert Product.objects.get(pk=product.pk).archived_at is None
    client.post("/settings/campaigns/new", {"form": "form", "name": "Spring fair", "since": "2026-03-01"})
    assert Campaign.objects.get(name="Spring fair").since.month == 3
    assert client.post("/settings/campaigns/new", {"form": "form", "name": ""}).status_code == 422
