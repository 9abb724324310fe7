#!/usr/bin/env python3
"""steady-gate: take a delivery through the gate of Steady. One file, Python 3.11 or newer.

    steady-gate open --template deploy-shop --title "Shop 42"      prints the number of the change
    steady-gate open --plan plan.json --service shop               from `terraform show -json`
    steady-gate evidence CHG-7 --kind tests --outcome passed --fact total=812
    steady-gate wait CHG-7 --digest sha256:...                     prints the permit
    steady-gate start CHG-7 --permit ...
    steady-gate finish CHG-7 --outcome ok --service shop --revision $(git rev-parse HEAD)
    steady-gate run --template deploy-shop -- ./deploy.sh          all of it around one command

STEADY_URL and STEADY_TOKEN say where Steady is and who asks. Everything may be run again: with the
same --key (the run's own id, where the tool has one) nothing happens twice.

Exit codes: 0 done, or it may go; 2 wrong use; 3 denied; 4 nobody answered in time;
5 Steady was not reached in time; 6 Steady refuses the request. `run` ends as its command does.
"""

import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any

DONE, WRONG_USE, DENIED, UNANSWERED, UNREACHED, REFUSED = 0, 2, 3, 4, 5, 6
LONGEST_POLL = 50  # seconds; under the minute after which many proxies give up
FINAL = (400, 401, 403, 404, 405, 409, 412, 413, 415, 422)
RUN_NAMES = ("GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILD_TAG", "TFC_RUN_ID", "STEADY_RUN")
STATEFUL = re.compile(
    r"(?i)database|(^|_)db(_|$)|rds|sql|postgres|mongo|redis|dynamo|cassandra|bucket|s3_|disk"
    r"|volume|_ebs|_efs|filesystem|storage|snapshot|backup|queue|kafka|persistent|kms|vault"
)
ACTIONS = {
    ("create",): "create", ("update",): "update", ("delete",): "delete",
    ("delete", "create"): "replace", ("create", "delete"): "replace",
}  # fmt: skip
Options = argparse.Namespace


class Ended(Exception):  # noqa: N818 an answer, not an error
    """The way ends here, with this exit code and these words."""

    def __init__(self, code: int, sentence: str, *, status: int = 0) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status


def say(text: str) -> None:
    """Tell whoever reads the log; what a script reads goes to the standard output alone."""
    print(f"steady-gate: {text}", file=sys.stderr, flush=True)  # noqa: T201 it is a command


def digest_of(text: str, size: int = 64) -> str:
    """A short name for a long text."""
    return hashlib.sha256(text.encode()).hexdigest()[:size]


class Steady:
    """The API of one Steady, asked patiently: restarts are waited for, up to the deadline."""

    def __init__(self, url: str, token: str, *, key: str, deadline: int) -> None:
        if not url.startswith(("https://", "http://")) or not token:
            raise Ended(WRONG_USE, "Set STEADY_URL, such as https://steady.org, and STEADY_TOKEN.")
        self.url, self.token, self.key = url.rstrip("/"), token, key
        self.deadline = time.monotonic() + deadline

    @property
    def left(self) -> float:
        """Seconds until it gives up."""
        return self.deadline - time.monotonic()

    def get(self, path: str) -> Any:
        """The answer to a question."""
        return self.post(path, None)

    def post(self, path: str, body: Any, *, step: str = "") -> Any:
        """The answer to what takes effect once; Ended when it is no, or there is none in time."""
        pause = 1.0
        while True:
            wait = 0.0
            try:
                return self._once(path, body, step)
            except urllib.error.HTTPError as error:
                trouble = _problem(error)
                if error.code in FINAL:
                    raise Ended(REFUSED, f"Refused {path}: {trouble}", status=error.code) from None
                said = error.headers.get("Retry-After") or ""
                wait = float(said) if said.isdigit() else 0.0
            except (
                OSError,
                HTTPException,
                ValueError,
            ) as error:  # refused, reset, timed out, cut off
                trouble = str(getattr(error, "reason", error))
            if self.left <= 0:
                raise Ended(UNREACHED, f"Steady was not reached in time: {trouble}")
            pause = max(0.1, min(wait or pause, self.left, 30))
            say(f"{trouble} Trying again in {pause:.0f} s.")
            time.sleep(pause)
            pause = pause * 2 * random.uniform(0.75, 1.25)  # noqa: S311 no secret

    def _once(self, path: str, body: Any, step: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        data = None
        if body is not None:
            told = {name: value for name, value in body.items() if value not in (None, "")}
            data = json.dumps(told).encode()
            headers["Content-Type"] = "application/json"
        if step:
            headers["Idempotency-Key"] = digest_of(f"{self.key}:{step}")
        request = urllib.request.Request(  # noqa: S310 the scheme was checked
            f"{self.url}/api/v1/{path}", data=data, headers=headers
        )
        with urllib.request.urlopen(request, timeout=LONGEST_POLL + 20) as answer:  # noqa: S310
            return json.loads(answer.read().decode())


def _problem(error: urllib.error.HTTPError) -> str:
    """What an answer says is wrong, with the fields it names."""
    try:
        told = json.loads(error.read().decode())
        errors = told.get("errors") or {}
        detail = "; ".join(f"{name}: {' '.join(said)}" for name, said in errors.items())
        return f"HTTP {error.code}: {detail or told.get('detail', '')}"
    except (ValueError, AttributeError, TypeError, OSError):
        return f"HTTP {error.code}."


class Plan:
    """What a Terraform plan would do: addresses and actions, never a value."""

    def __init__(self, path: str) -> None:
        try:
            raw = Path(path).read_bytes()
            self.steps = list(_steps(json.loads(raw.decode())))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            sentence = f"{path} is no plan of `terraform show -json`: {error!r}"
            raise Ended(WRONG_USE, sentence) from None
        self.digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"

    def count(self, *actions: str) -> int:
        """How many steps are of these actions."""
        return sum(action in actions for action, _address, _type in self.steps)

    @property
    def words(self) -> str:
        """The plan as Terraform sums it up."""
        return "{add} to add, {change} to change, {destroy} to destroy".format(**self.facts())

    @property
    def risk(self) -> str:
        """High where what holds data is destroyed, moderate where anything else is."""
        gone = [each for each in self.steps if each[0] in ("delete", "replace")]
        if any(STATEFUL.search(sort) or STATEFUL.search(address) for _do, address, sort in gone):
            return "high"
        return "moderate" if gone else "low"

    def facts(self) -> dict[str, Any]:
        """What is kept of it."""
        return {
            "add": self.count("create", "replace"), "change": self.count("update"),
            "destroy": self.count("delete", "replace"), "risk": self.risk,
            "steps": [f"{do} {address}" for do, address, _sort in self.steps][:50],
        }  # fmt: skip


def _steps(told: Any) -> Iterator[tuple[str, str, str]]:
    for each in told["resource_changes"]:
        action = ACTIONS.get(tuple(each["change"]["actions"]))
        if action and each.get("mode") != "data":
            yield action, str(each["address"]), str(each.get("type", ""))


def open_change(steady: Steady, options: Options) -> str:
    """The number of this run's change: found or opened, with its plan, and submitted."""
    plan = Plan(options.plan) if options.plan else None
    tag = f"run-{digest_of(steady.key, 20)}"
    change = _found(steady, tag) or _opened(steady, options, plan, tag)
    number = str(change["number"])
    say(f"{number} is open: {change.get('url', '')}")
    if plan:
        body = {"delivery_id": f"{tag}:plan", "kind": "plan", "name": plan.words}
        told = {"outcome": "passed", "facts": plan.facts(), "artifact_digest": plan.digest}
        steady.post(f"changes/{number}/evidence/", {**body, **told}, step="plan")
    if change["state"] == "new":
        steady.post(f"changes/{number}/submit/", {}, step="submit")
    return number


def _found(steady: Steady, tag: str) -> Any:
    rows = steady.get(f"changes/?tag={tag}&limit=1")["results"]
    return rows[0] if rows else None


def _opened(steady: Steady, options: Options, plan: Plan | None, tag: str) -> Any:
    try:
        return steady.post("changes/", _draft(options, plan, tag), step="open")
    except Ended as end:
        # Our first try was cut off and has come through since: it was said at another time.
        found = _found(steady, tag) if end.status == 422 else None
        if found is None:
            raise
        return found


def _draft(options: Options, plan: Plan | None, tag: str) -> dict[str, Any]:
    # What destroys something is looked at by people, whatever template there is for the rest.
    template = options.template if plan is None or plan.risk == "low" else ""
    if options.template and not template:
        say("The plan destroys something: it goes to people instead of by the template.")
    now = datetime.now(UTC)
    body = {
        "title": options.title or (plan and f"Terraform: {plan.words}"),
        "description": options.description or (plan and "\n".join(plan.facts()["steps"])),
        "template": template, "service": options.service, "tags": [tag],
        "environment": options.environment, "planned_start": now.isoformat(),
        "planned_end": (now + timedelta(minutes=options.window)).isoformat(),
        "artifact_digest": options.digest or (plan and plan.digest),
    }  # fmt: skip
    if template:
        return body
    return {
        **body,
        "type": options.type, "category": options.category or ("infra" if plan else "deploy"),
        "implementation_plan": options.implementation or "The pipeline carries it out.",
        "test_plan": options.test or "The pipeline's own checks afterwards.",
        "backout_plan": options.backout or "Deliver the former version by the same pipeline.",
        "irreversible": bool(plan and plan.risk == "high"),
    }  # fmt: skip


def add_evidence(steady: Steady, number: str, options: Options) -> None:
    """One result, kept with the change."""
    name = f"{options.kind}:{options.name}"
    body = {
        "delivery_id": digest_of(f"{steady.key}:{name}", 40),
        "kind": options.kind, "name": options.name, "outcome": options.outcome or "unknown",
        "facts": {name: value for name, _sign, value in (f.partition("=") for f in options.fact)},
        "url": options.link, "revision": options.revision,
    }  # fmt: skip
    steady.post(f"changes/{number}/evidence/", body, step=f"evidence:{name}")
    say(f"{number}: {name} {body['outcome']}")


def wait(steady: Steady, number: str, options: Options, digest: str = "") -> str:
    """The permit; Ended when there is none."""
    body = {
        "change": number, "artifact_digest": options.digest or digest, "sha": options.revision,
        "wait": LONGEST_POLL, "deadline": options.deadline,
    }  # fmt: skip
    answer = steady.post("gate/", body, step=f"gate:{number}:{options.attempt}")
    shown = ""
    while not answer["is_final"]:
        told = f"{number} waits until {answer['wait']['deadline_at']}: {_whys(answer)}"
        if told != shown:
            say(shown := told)
        if steady.left <= 0:
            raise Ended(UNANSWERED, f"{number} was not answered in time.")
        seconds = max(1, min(LONGEST_POLL, int(steady.left)))
        answer = steady.get(f"gate/waits/{answer['wait']['id']}/?wait={seconds}")
    if answer["permit"]:
        care = f", with care: {json.dumps(answer['guard'])}" if answer["guard"] else ""
        say(f"{number} may go until {answer['expires_at']}{care}")
        return str(answer["permit"]["code"])
    is_late = bool(answer["wait"] and answer["wait"]["is_by_default"])
    raise Ended(UNANSWERED if is_late else DENIED, f"{number}: {_whys(answer)}")


def _whys(answer: Any) -> str:
    worst = [each for each in answer["rules"] if each["verdict"] not in ("allow", "allow_guarded")]
    return " ".join(each["why"] for each in worst) or "No rule speaks against it."


def start(steady: Steady, number: str, permit: str, options: Options, digest: str = "") -> None:
    """The work begins; the permit is used up."""
    bound = {"artifact_digest": options.digest or digest, "sha": options.revision}
    steady.post(
        "gate/start/", {"change": number, "permit": permit, **bound}, step=f"start:{permit}"
    )
    say(f"{number} has begun")


def finish(steady: Steady, number: str, outcome: str, options: Options, notes: str = "") -> None:
    """The deployment is registered and the change completed."""
    body = {
        "delivery_id": f"{digest_of(steady.key, 32)}:{number}",
        "outcome": "succeeded" if outcome == "ok" else outcome,
        "service": options.service, "environment": options.environment, "change": number,
        "revision": options.revision, "artifact_digest": options.digest, "url": options.link,
    }  # fmt: skip
    steady.post("deployments/", body, step=f"deployment:{outcome}")
    said = notes or ("The pipeline's log says what happened." if outcome != "ok" else "")
    steady.post(f"changes/{number}/complete/", {"outcome": outcome, "notes": said}, step="complete")
    say(f"{number} is over: {outcome}")


def run(steady: Steady, options: Options) -> int:
    """Everything around one command; its exit code."""
    if not options.command:
        raise Ended(WRONG_USE, "Say after -- what is to be run.")
    number = options.change or open_change(steady, options)
    digest = Plan(options.plan).digest if options.plan else ""
    permit = wait(steady, number, options, digest)
    start(steady, number, permit, options, digest)
    code = subprocess.call(options.command)  # noqa: S603 what the user named
    notes = f"The command ended with {code}." if code else ""
    finish(steady, number, "failed" if code else "ok", options, notes)
    return code


# What each verb can be told; what is not named below is a text.
WHERE = "--url --token --key --deadline --if-unreached"
COMMON = f"{WHERE} --service --environment --digest --revision --link"
PLANS = "--implementation --test --backout"
OPENING = f"--template --plan --title --description --type --category --window {PLANS}"
VERBS = {
    "open": OPENING,
    "evidence": "change --kind --outcome --name --fact",
    "wait": "change --attempt",
    "start": "change --permit",
    "finish": "change --outcome --notes",
    "run": f"{OPENING} --attempt --change command",
}
SORTS: dict[str, dict[str, Any]] = {
    "--url": {"default": os.environ.get("STEADY_URL", "")},
    "--token": {"default": os.environ.get("STEADY_TOKEN", ""), "help": "rather STEADY_TOKEN"},
    "--key": {"help": "the id of this run; with the same nothing happens twice"},
    "--deadline": {"type": int, "default": 3600, "help": "seconds until it gives up (3600)"},
    "--if-unreached": {"choices": ("deny", "allow"), "default": "deny", "help": "what then"},
    "--window": {"type": int, "default": 240, "help": "minutes it may take (240)"},
    "--plan": {"help": "a file of `terraform show -json`"},
    "--kind": {"help": "commit, tests, coverage, scan, plan, build or artifact"},
    "--outcome": {"help": "passed, failed; of a change ok, failed, rolled_back"},
    "--fact": {"action": "append", "default": [], "metavar": "NAME=VALUE"},
    "command": {"nargs": "*", "metavar": "-- COMMAND"},
}


def parsed(arguments: Sequence[str] | None) -> Options:
    """What is asked for."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("steady-gate", description=__doc__, formatter_class=raw)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, names in VERBS.items():
        one = verbs.add_parser(verb)
        for name in f"{COMMON} {names}".split():
            given = SORTS.get(name, {})
            usual = {"default": ""} if name.startswith("--") else {}
            one.add_argument(name, **{**usual, **given})
    return parser.parse_args(arguments)


def perform(steady: Steady, options: Options) -> int:
    """Do what is asked for; the exit code."""
    verb, number = options.verb, getattr(options, "change", "")
    if verb == "run":
        return run(steady, options)
    if verb in ("open", "wait"):
        found = wait(steady, number, options) if number else open_change(steady, options)
        sys.stdout.write(f"{found}\n")
    elif verb == "evidence":
        add_evidence(steady, number, options)
    elif verb == "start":
        start(steady, number, options.permit, options)
    else:
        finish(steady, number, options.outcome or "ok", options, options.notes)
    return DONE


def main(arguments: Sequence[str] | None = None) -> int:
    """Perform, and say in one line why not."""
    options = parsed(arguments)
    run_id = "-".join(os.environ[each] for each in RUN_NAMES if os.environ.get(each))
    key = options.key or run_id or uuid.uuid4().hex
    try:
        steady = Steady(options.url, options.token, key=key, deadline=options.deadline)
        return perform(steady, options)
    except Ended as end:
        say(str(end))
        if end.code != UNREACHED or options.if_unreached == "deny":
            return end.code
        say("It goes on without Steady, as --if-unreached says.")
        return DONE


if __name__ == "__main__":
    sys.exit(main())
