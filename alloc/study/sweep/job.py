"""A plan laid over an instance: what will be asked, in which order, and under which keys."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from alloc.errors import InstanceError
from alloc.instance import Instance
from alloc.instance.document import Source
from alloc.planning import choose_options
from alloc.run_figures import list_versions
from alloc.study.points import Batch, PointQuestion, make_batch
from alloc.study.points.store import FORMAT, fingerprint, key_of, write_canonical
from alloc.study.request import Given, check_language, draft_question
from alloc.study.sweep.cases import Case, make_cases
from alloc.study.sweep.plan import read_plan


@dataclass(frozen=True)
class Job:
    """The points of a plan in their order, each with the key of its content; manifest: what is noted down.

    instance: the question under the plan's base, which replaces the figures `base`.
    """

    instance: Instance
    base: Mapping[str, object]
    question: PointQuestion
    cases: Sequence[Case]
    keys: Sequence[str]
    manifest: Mapping[str, Any]

    @cached_property
    def different(self) -> Sequence[str]:
        """The keys without repetitions: a plan may mean the same point twice."""
        return list(dict.fromkeys(self.keys))

    @cached_property
    def batch(self) -> Batch:
        """The different points, with the order in which they are solved."""
        overrides = {key: case.overrides for key, case in zip(self.keys, self.cases, strict=True)}
        return make_batch(list(overrides.values()))

    def ask(self, question: PointQuestion) -> "Job":
        """Return the same points of a question that is asked otherwise."""
        return replace(self, question=question, keys=_list_keys(question, self.instance, self.cases))

    def take(self, cases: Sequence[Case]) -> "Job":
        """Return the same question at other points."""
        return replace(self, cases=cases, keys=_list_keys(self.question, self.instance, cases))


def prepare_job(
    instance: Given,
    plan: str | PathLike[str] | Mapping[str, Any] | Source,
    overrides: Mapping[str, object] | None,
    lang: str,
    **options: float | str | None,
) -> Job:
    """Lay a plan over an instance. Raises InstanceError with every fault of either, RequestError for a wrong call."""
    check_language(lang)
    of = draft_question(instance, overrides)
    if of.source.data is None or of.source.faults:
        raise InstanceError(of.inspect().faults)
    written, source = read_plan(plan if isinstance(plan, Mapping | Source) else Path(plan))
    base, found, figures = make_cases(written, source, of, dict(overrides or {}))
    choose_options(base, **options)
    question = PointQuestion(of, options, lang, conflicts=True)
    manifest = {
        "format": FORMAT,
        "name": base.name,
        "title": written.title or base.title or base.name,
        "year": base.year,
        "instance_sha256": base.sha256,
        "plan_sha256": hashlib.sha256(write_canonical(written.model_dump()).encode()).hexdigest(),
        "points": len(found),
        "options": {key: value for key, value in options.items() if value is not None},
        "versions": list_versions(),
    }
    return Job(base, figures, question, found, _list_keys(question, base, found), manifest)


def _list_keys(question: PointQuestion, instance: Instance, cases: Sequence[Case]) -> list[str]:
    shared = fingerprint(question, instance.previous)
    return [key_of(shared, case.overrides) for case in cases]
