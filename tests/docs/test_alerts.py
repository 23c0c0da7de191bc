"""deploy/prometheus/alerts.yml and deploy/grafana/poolhouse.json ask for metrics and labels that a server has, and
every alert has its paragraph in docs/operations/alerts.md."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
import yaml
from prometheus_client.registry import REGISTRY
from tests.docs.pages import ROOT

from poolhouse import errors
from poolhouse.services import Services
from poolhouse.vitals import vitals_of
from poolhouse.wire.metrics import ProcessMetrics, SandboxMetrics

RULES = ROOT / "deploy/prometheus/alerts.yml"
BOARD = ROOT / "deploy/grafana/poolhouse.json"
OUTCOMES = {"ok", "refused", "unavailable", "fault"}
FUNCTIONS = {"abs", "count", "histogram_quantile", "increase", "max", "min", "rate", "sum", "time", "topk"}
WORDS = {"and", "or", "unless", "bool"}
OF_PROMETHEUS = {"job", "instance"}
"""Labels that Prometheus adds; ours of these names it calls `exported_`."""

_STRING = re.compile(r'"[^"]*"')
_LABELS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^()]*)\)")
_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{([^{}]*)\})?(\s*\()?")
_MATCHER = re.compile(r'\s*(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"\s*')
_SHOWN = re.compile(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}")


class Expression:
    """What an expression of PromQL names: metrics with the matchers of their labels, functions, labels to group by."""

    def __init__(self, text: str) -> None:
        plain = re.sub(r"\[[^\]]*\]", "", text)
        self.groups = [
            name.strip() for listed in _LABELS.findall(plain) for name in listed.split(",") if name.strip()
        ]
        self.metrics: list[tuple[str, list[tuple[str, str]]]] = []
        self.functions: list[str] = []
        for name, braces, call in _SELECTOR.findall(_LABELS.sub(" ", plain)):
            if call:
                self.functions.append(name)
            elif name not in WORDS:
                matchers = [_MATCHER.fullmatch(one) for one in _split(braces)]
                assert all(matchers), text
                self.metrics.append((name, [(one[1], one[2]) for one in matchers if one]))

    def faults(self, known: dict[str, set[str]]) -> Iterator[str]:
        yield from (f"{name}()" for name in self.functions if name not in FUNCTIONS | WORDS)
        for name, matchers in self.metrics:
            if name not in known:
                yield name
                continue
            yield from (f"{name}{{{label}}}" for label, _ in matchers if label not in known[name])
            if name == "poolhouse_requests_total":
                values = {one for label, value in matchers if label == "outcome" for one in value.split("|")}
                yield from values - OUTCOMES
            if name == "poolhouse_logins_total":
                values = {value for label, value in matchers if label == "outcome" and value != "ok"}
                yield from (value for value in values if not hasattr(errors, value))
        there = set().union(*(known.get(name, set()) for name, _ in self.metrics))
        yield from (f"by ({label})" for label in self.groups if label not in there)


def _split(braces: str) -> list[str]:
    """At commas outside of quotes."""
    held = _STRING.sub(lambda found: found[0].replace(",", "\0"), braces)
    return [one.replace("\0", ",") for one in held.split(",") if one.strip()]


@pytest.fixture(scope="module")
async def known(services: Services) -> dict[str, set[str]]:
    """Metric, as it is asked for -> its labels. Of the collectors themselves: what nobody caused yet has no line."""
    vitals = vitals_of(services)
    rows = await vitals.rows()
    assert rows is not None
    found: dict[str, set[str]] = {"up": set(OF_PROMETHEUS)}
    counted = {
        name: one for name, one in REGISTRY._names_to_collectors.items() if name.startswith("poolhouse_")
    }
    families = [*ProcessMetrics(vitals, rows).collect(), *SandboxMetrics(vitals).collect()]
    for family in families:
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = set(family._labelnames)
    for name, collector in counted.items():
        labels = set(collector._labelnames)
        found[name] = labels | {"le"} if name.endswith("_bucket") else labels
    for name in ("process_resident_memory_bytes",):
        assert name in REGISTRY._names_to_collectors
        found[name] = set()
    return {name: {_as_scraped(one) for one in labels} | OF_PROMETHEUS for name, labels in found.items()}


def _as_scraped(label: str) -> str:
    return f"exported_{label}" if label in OF_PROMETHEUS else label


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(BOARD.read_text())["panels"]
    return found


async def test_every_alert_asks_for_what_a_server_measures(known: dict[str, set[str]]) -> None:
    found = {rule["alert"]: list(Expression(rule["expr"]).faults(known)) for rule in rules()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(found) == len(rules()) > 15


async def test_every_panel_asks_for_what_a_server_measures(known: dict[str, set[str]]) -> None:
    found = {
        (panel["title"], target["expr"]): list(Expression(target["expr"]).faults(known))
        for panel in panels()
        for target in panel.get("targets", ())
    }
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(found) > 30


async def test_every_metric_of_a_server_is_on_the_dashboard_or_in_an_alert_or_left_out(
    known: dict[str, set[str]],
) -> None:
    texts = BOARD.read_text() + RULES.read_text()
    left = {
        *("poolhouse_field_indexes_filling", "poolhouse_field_values_waiting", "poolhouse_mail_waiting"),
        *("poolhouse_logouts_waiting", "poolhouse_logout_resting", "poolhouse_database_open"),
        *("poolhouse_database_limit", "poolhouse_maintenance_run_seconds", "poolhouse_maintenance_run_rows"),
        *("poolhouse_maintenance_failed_timestamp_seconds", "poolhouse_sandbox_workers"),
        *("poolhouse_sandbox_in_flight", "poolhouse_sandbox_queued"),
    }
    families = {
        name
        for name in known
        if name.startswith("poolhouse_")
        and not name.endswith(("_created", "_sum", "_count"))
        and f"{name}_total" not in known
        and f"{name}_bucket" not in known
    }
    assert {name for name in families if name not in texts} == left


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("poolhouse_database_up == 0", []),
        ("poolhouse_databse_up == 0", ["poolhouse_databse_up"]),
        (
            'sum by (sort) (rate(poolhouse_requests_total{ouctome="ok"}[5m]))',
            ["poolhouse_requests_total{ouctome}", "by (sort)"],
        ),
        ('poolhouse_requests_total{outcome=~"ok|falut"}', ["falut"]),
        ('poolhouse_logins_total{outcome="Nothing"}', ["Nothing"]),
        ("max by (job) (poolhouse_maintenance_run_rows)", []),
        ('poolhouse_maintenance_run_rows{exported_job="mail"}', []),
        ("avg(poolhouse_mail_waiting)", ["avg()"]),
        ("sum by (le) (poolhouse_request_seconds_count)", ["by (le)"]),
    ],
)
async def test_what_is_not_measured_is_found(
    expression: str, found: list[str], known: dict[str, set[str]]
) -> None:
    assert list(Expression(expression).faults(known)) == found


async def test_texts_show_labels_that_there_are(known: dict[str, set[str]]) -> None:
    texts = [(rule["expr"], rule["annotations"]["summary"]) for rule in rules()]
    texts += [(one["expr"], one["legendFormat"]) for panel in panels() for one in panel.get("targets", ())]
    for expression, text in texts:
        read = Expression(expression)
        there = set(read.groups) or set().union(*(known[name] for name, _ in read.metrics))
        assert set(_SHOWN.findall(text)) <= there, text


@pytest.mark.parametrize("page", ["docs/operations/alerts.md", "docs/zh/operations/alerts.md"])
def test_every_alert_has_a_paragraph_that_it_leads_to(page: str) -> None:
    headings = re.findall(r"^### (\w+)$", (ROOT / page).read_text(), re.MULTILINE)
    assert headings == [rule["alert"] for rule in rules()]


def test_every_alert_names_its_paragraph_and_how_bad_it_is() -> None:
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"docs/operations/alerts.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in ("critical", "warning", "info")


def test_the_dashboard_is_whole() -> None:
    board = json.loads(BOARD.read_text())
    assert len({panel["id"] for panel in panels()}) == len(panels())
    assert {one["name"] for one in board["templating"]["list"]} == {"datasource", "job"}
    for one, other in combinations((panel["gridPos"] for panel in panels()), 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    for panel in panels():
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        for target in panel.get("targets", ()):
            assert target["datasource"]["uid"] == "${datasource}"
            assert all(("job", "$job") in matchers for _, matchers in Expression(target["expr"]).metrics), (
                panel["title"]
            )


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_prometheus_takes_the_configuration(tmp_path: Any) -> None:
    token = tmp_path / "poolhouse.token"
    token.write_text("a token")
    text = (RULES.parent / "prometheus.yml").read_text()
    for theirs, ours in {
        "/etc/prometheus/rules/poolhouse.yml": RULES,
        "/etc/prometheus/poolhouse.token": token,
    }.items():
        assert theirs in text
        text = text.replace(theirs, str(ours))
    whole = tmp_path / "prometheus.yml"
    whole.write_text(text)
    ran = subprocess.run(
        ["promtool", "check", "config", str(whole)], capture_output=True, text=True, timeout=30
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_prometheus_takes_the_rules_and_raises_them(tmp_path: Any) -> None:
    ran = subprocess.run(
        ["promtool", "check", "rules", str(RULES)], capture_output=True, text=True, timeout=30
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    series = {
        'poolhouse_logins_total{job="p",outcome="ok"}': "0+1x60",
        'poolhouse_logins_total{job="p",outcome="WrongCredentials"}': "0+600x60",
        'poolhouse_schema_version{job="p",instance="a"}': "150x120",
        'poolhouse_schema_version_known{job="p",instance="a"}': "149x120",
        'poolhouse_maintenance_finished_timestamp_seconds{job="p",exported_job="mail"}': "-90000x120",
        'poolhouse_sandbox_breaker_open{job="p",connection="one"}': "1x60",
    }
    raised = {
        "PoolhouseSignInsRefused": {"job": "p"},
        "PoolhouseSchemaNewer": {"job": "p", "instance": "a"},
        "PoolhouseJobLate": {"exported_job": "mail"},
        "PoolhouseCustomDatabaseDown": {"job": "p", "connection": "one"},
    }
    of = {rule["alert"]: rule for rule in rules()}
    plain = [{name: value for name, value in rule.items() if name != "annotations"} for rule in rules()]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "poolhouse", "rules": plain}]}))
    test = {
        "rule_files": ["rules.yml"],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "alert_rule_test": [
                    {
                        "eval_time": "61m" if alert == "PoolhouseSchemaNewer" else "30m",
                        "alertname": alert,
                        "exp_alerts": [{"exp_labels": {**labels, **of[alert]["labels"]}}],
                    }
                    for alert, labels in raised.items()
                ],
            }
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(test))
    ran = subprocess.run(
        ["promtool", "test", "rules", str(tmp_path / "test.yml")], capture_output=True, text=True, timeout=30
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
