"""Whatever is asked, the answer is the same with and without records that are outside one's scope: lists, counts, sums, search, numbers."""

import pytest

from pacesetter.base.actor import Actor
from pacesetter.intake import moving_out
from tests.scope import addresses, world
from tests.scope.conftest import Asking, token_of

PUBLIC = ("/healthz", "/door/", "/first-run/")  # whether it runs, the way in, and a form that asks for its key when it is sent
ON_PURPOSE = {"/settings/tokens"}  # who manages people sees the names of all tokens, to revoke them


def asked(one, things):
    path = one.filled(things)
    return [path, *(f"{path}?{query}" for query in one.queries)]


def answers(client, some, things):
    return {path: client.read(path) for one in some for path in asked(one, things)}


def differences(before, after):
    for path, was in before.items():
        if after[path] != was and path.partition("?")[0] not in ON_PURPOSE:
            at = next((n for n, (a, b) in enumerate(zip(was[1], after[path][1], strict=False)) if a != b), 0)
            yield f"{path}: {was[0]} {was[1][at - 60 : at + 60]!r}, then {after[path][0]} {after[path][1][at - 60 : at + 60]!r}"


@pytest.mark.parametrize(("who", "door"), [("mei", "web"), ("hugo", "api")])
def test_what_others_have_changes_nothing(cast, mei, his, plant, who, door):
    """Mei manages the other team and has every capability; Hugo sells in it."""
    client = Asking(mei) if door == "web" else token_of(cast.hugo)
    some = addresses.web() if door == "web" else addresses.reads()
    before = answers(client, some, his)
    plant()
    found = list(differences(before, answers(client, some, his)))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("like", ["", "salesforce", "hubspot"])
def test_a_whole_company_is_as_much_of_it_as_one_may_see(mei, his, plant, tmp_path, like):
    before = moved_out(mei, tmp_path / "before", like)
    assert any(b"Heron" in text for text in before.values())
    plant()
    assert moved_out(mei, tmp_path / "after", like) == before


def moved_out(who, folder, like):
    moving_out.write(folder, by=Actor.of(who, via="cli"), like=like)
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_what_one_has_does_show(cast, his, plant):
    """The control: wherever Hugo's own words stand for him, those of Ines stand for her."""
    hers = plant()
    hugo, ines = {"web": Asking(cast.hugo), "api": token_of(cast.hugo)}, {"web": Asking(cast.ines), "api": token_of(cast.ines)}
    spoken, silent = 0, []
    for one in (*(page for page in addresses.web() if "metrics" not in page.path), *addresses.reads()):
        if b"Heron" in hugo[one.door].read(one.filled(his))[1]:
            spoken += 1
            silent += [] if world.WORD.encode() in ines[one.door].read(one.filled(hers))[1] else [one.path]
    assert (silent, spoken > 30) == ([], True), spoken


@pytest.mark.parametrize("who", ["noah", "nobody"])
def test_who_has_no_role_or_no_name_reads_nothing(cast, his, plant, who):
    hers = plant()
    web, api = (Asking(cast.nobody), token_of(cast.nobody)) if who == "noah" else (Asking(), Asking())
    for one in (*addresses.web(), *addresses.reads()):
        status, body = (web if one.door == "web" else api).read(one.filled(hers))
        assert world.WORD.encode() not in body and b"Heron" not in body and b"48151623" not in body, one.path
        assert who == "noah" or status in (302, 401, 403, 404, 405, 422) or one.path.startswith(PUBLIC), f"{one.path}: {status}"
