from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from defusedxml import ElementTree

from dfs.errors import NotFoundError, ServiceError, UsageError
from dfs.vo.tap.jobs import Phase
from dfs.vo.tap.jobs.documents import job_document, job_list
from dfs.vo.tap.limits import TapLimits

UWS = "{http://www.ivoa.net/xml/UWS/v1.0}"


def query(text: str) -> list[tuple[str, str]]:
    return [("LANG", "ADQL"), ("QUERY", text)]


def test_a_job_from_its_making_to_its_result(bench: Callable) -> None:
    service = bench()
    job = service.jobs.create("ana", query("rows"))
    assert job.phase is Phase.PENDING
    service.jobs.run("ana", job.id)
    done = service.ended("ana", job.id)
    assert done.phase is Phase.COMPLETED
    assert (done.result.mime, done.result.bytes, done.result.rows) == ("text/plain", 4, 1)
    assert service.jobs.result("ana", job.id)[1].read_bytes() == b"rows"
    service.jobs.delete("ana", job.id)
    with pytest.raises(NotFoundError):
        service.jobs.get("ana", job.id)
    assert not service.folders.of(job.id).exists()


def test_running_twice_runs_once(bench: Callable) -> None:
    service = bench()
    job = service.jobs.create(None, query("rows"))
    for _ in range(3):
        service.jobs.run(None, job.id)
    service.ended(None, job.id)
    service.jobs.run(None, job.id)
    assert service.performed == [job.id]


def test_an_error_is_told_and_a_surprise_is_not(bench: Callable, caplog: pytest.LogCaptureFixture) -> None:
    service = bench()
    ended = []
    with caplog.at_level(logging.ERROR):
        for text in ("fail", "surprise"):
            job = service.jobs.create("ana", query(text))
            service.jobs.run("ana", job.id)
            ended.append(service.ended("ana", job.id))
    assert [one.phase for one in ended] == [Phase.ERROR, Phase.ERROR]
    assert ended[0].error["line"] == "the disk is full; free some"
    assert "nobody shall see" not in str(ended[1].error)
    assert "nobody shall see" in caplog.text


def test_others_do_not_find_a_job(bench: Callable) -> None:
    service = bench()
    job = service.jobs.create("ana", query("rows"))
    for who in ("ben", None):
        with pytest.raises(NotFoundError):
            service.jobs.get(who, job.id)
        with pytest.raises(NotFoundError):
            service.jobs.abort(who, job.id)
    assert service.jobs.of_owner("ben") == []
    open_to_all = service.jobs.create(None, query("rows"))
    assert service.jobs.get("ben", open_to_all.id) == open_to_all
    assert service.jobs.of_owner(None) == []


def test_abort_stops_what_runs_and_it_stays_aborted(bench: Callable) -> None:
    service = bench()
    job = service.jobs.create("ana", query("for ever"))
    service.jobs.run("ana", job.id)
    aborted = service.jobs.abort("ana", job.id)
    assert aborted.phase is Phase.ABORTED
    service.runner.close()  # waits for its threads
    assert service.jobs.get("ana", job.id).phase is Phase.ABORTED
    assert not service.folders.result(job.id).exists()


def test_a_job_ends_at_its_time_limit(bench: Callable) -> None:
    service = bench()
    job = service.jobs.create("ana", query("for ever"))
    service.jobs.set_execution_duration("ana", job.id, 1)
    service.jobs.run("ana", job.id)
    ended = service.ended("ana", job.id)
    assert ended.phase is Phase.ERROR
    assert "longer than its 1 s" in ended.error["message"]


def test_jobs_of_a_dead_process_run_again(bench: Callable) -> None:
    before = bench()
    running, waiting = (before.jobs.create("ana", query("rows")) for _ in range(2))
    # what a killed process leaves: rows that say it runs them, and a lock that nobody holds
    for job, phase in ((running, Phase.EXECUTING), (waiting, Phase.QUEUED)):
        before.records.change(job.id, {Phase.PENDING}, phase=phase, runner="0123456789abcdef")
    after = bench()
    assert {after.ended("ana", job.id).phase for job in (running, waiting)} == {Phase.COMPLETED}
    assert sorted(after.performed) == sorted([running.id, waiting.id])


def test_jobs_of_a_living_process_are_left_to_it(bench: Callable) -> None:
    first = bench()
    job = first.jobs.create("ana", query("for ever"))
    first.jobs.run("ana", job.id)
    second = bench()
    assert second.performed == []
    first.jobs.abort("ana", job.id)


def test_a_job_that_kills_its_server_is_given_up(bench: Callable) -> None:
    service = bench()
    job = service.jobs.create("ana", query("rows"))
    for _ in range(3):
        service.folders.count_attempt(job.id)
    service.records.change(job.id, {Phase.PENDING}, phase=Phase.EXECUTING, runner="0123456789abcdef")
    after = bench()
    assert after.ended("ana", job.id).phase is Phase.ERROR
    assert after.performed == []


def test_a_server_that_closes_leaves_its_jobs_for_the_next(bench: Callable) -> None:
    first = bench()
    job = first.jobs.create("ana", query("for ever"))
    first.jobs.run("ana", job.id)
    while first.jobs.get("ana", job.id).phase is not Phase.EXECUTING:
        pass
    first.runner.close()
    assert first.jobs.get("ana", job.id).phase is Phase.QUEUED
    second = bench()
    while not second.performed:
        pass
    second.jobs.abort("ana", job.id)


def test_destruction_is_clamped_and_swept(bench: Callable) -> None:
    service = bench(TapLimits(kept_default_s=100, kept_hard_s=200))
    job = service.jobs.create("ana", query("rows"))
    far = service.clock.now() + timedelta(days=9)
    kept = service.jobs.set_destruction("ana", job.id, far)
    assert kept.destruction < far.isoformat()
    service.clock.forward(199)
    assert service.jobs.sweep() == 0
    service.clock.forward(2)
    with pytest.raises(NotFoundError):
        service.jobs.get("ana", job.id)
    assert service.jobs.sweep() == 1
    assert not service.folders.of(job.id).exists()


def test_the_list_is_filtered(bench: Callable) -> None:
    service = bench()
    made = []
    for number in range(4):
        made.append(service.jobs.create("ana", [*query("rows"), ("RUNID", str(number))]))
        service.clock.forward(1)
    service.jobs.abort("ana", made[0].id)
    ids = [job.id for job in made]
    assert [job.id for job in service.jobs.of_owner("ana")] == ids
    assert [job.id for job in service.jobs.of_owner("ana", {Phase.PENDING})] == ids[1:]
    assert [job.id for job in service.jobs.of_owner("ana", last=2)] == [ids[3], ids[2]]
    after = service.clock.now() - timedelta(seconds=2.5)
    assert [job.id for job in service.jobs.of_owner("ana", after=after)] == ids[2:]


def test_parameters_change_only_before_the_start(bench: Callable) -> None:
    service = bench()
    job = service.jobs.create("ana", query("fail"), {"t": io.BytesIO(b"table")})
    changed = service.jobs.set_parameters("ana", job.id, [("query", "rows")], {"u": io.BytesIO(b"more")})
    assert changed.parameter("QUERY") == "rows"
    assert {name: path.read_bytes() for name, path in service.folders.uploads(job.id).items()} == {
        "t": b"table",
        "u": b"more",
    }
    service.jobs.run("ana", job.id)
    assert service.ended("ana", job.id).phase is Phase.COMPLETED
    with pytest.raises(UsageError):
        service.jobs.set_parameters("ana", job.id, query("fail"))


def test_an_upload_sent_again_takes_the_place_of_the_first(bench: Callable) -> None:
    service = bench(TapLimits(uploads=2))
    job = service.jobs.create("ana", query("rows"), {"t": io.BytesIO(b"first")})
    for content in (b"second", b"third"):
        service.jobs.set_parameters("ana", job.id, [], {"t": io.BytesIO(content)})
    assert [path.read_bytes() for path in service.folders.of(job.id).glob("upload-*")] == [b"third"]
    with pytest.raises(UsageError, match="3 uploads"):
        service.jobs.set_parameters("ana", job.id, [], {"u": io.BytesIO(b""), "v": io.BytesIO(b"")})
    assert set(service.folders.uploads(job.id)) == {"t"}


def test_a_database_that_does_not_answer_is_logged_and_the_next_start_runs_the_job(
    bench: Callable, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, tried = bench(), threading.Event()

    def away(*_: object, **__: object) -> None:
        tried.set()
        raise ServiceError("the database is away")

    job = service.jobs.create("ana", query("rows"))
    with monkeypatch.context() as patched:
        patched.setattr(service.runner, "_begun", away)
        service.jobs.run("ana", job.id)
        assert tried.wait(20)
        service.runner.close()
    assert "is left as it stands" in caplog.text
    following = bench()
    assert following.ended("ana", job.id).phase is Phase.COMPLETED


def test_one_user_cannot_keep_jobs_without_end(bench: Callable) -> None:
    service = bench(TapLimits(jobs_each=2))
    for _ in range(2):
        service.jobs.create("ana", query("rows"))
    with pytest.raises(ServiceError, match="2 jobs already"):
        service.jobs.create("ana", query("rows"))
    service.jobs.create("ben", query("rows"))


@pytest.mark.parametrize("name", ["../x", "", "a" * 32, "0" * 31, "0" * 33, "0" * 31 + "/", "\0" * 32, "É" * 32])
def test_ids_not_of_our_making_touch_nothing(bench: Callable, name: str) -> None:
    with pytest.raises(NotFoundError):
        bench().jobs.get(None, name)


def test_documents_are_xml_whatever_was_asked(bench: Callable) -> None:
    service = bench()
    odd = "\0\x0b<&>\"' \ud800 ü 漢 ]]>"
    job = service.jobs.create("ana", [("QUERY", "rows"), ("RUNID", odd.replace("\ud800", "")), ('a"<&\x01', "x")])
    service.jobs.run("ana", job.id)
    done = service.ended("ana", job.id)
    root = ElementTree.fromstring(job_document(done, "http://here/async/1"))
    assert root.findtext(f"{UWS}jobId") == job.id
    assert root.findtext(f"{UWS}phase") == "COMPLETED"
    assert "ü 漢" in root.findtext(f"{UWS}runId")
    assert len(ElementTree.fromstring(job_list([done], "http://here/async"))) == 1
