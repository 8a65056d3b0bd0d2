"""What a soak says at its end."""

from collections import Counter

from soak_checker import Checker, count, stored
from soak_history import verdicts
from soak_run import Outcome

_STORIES = 10
_GROWTH = 15.0  # MB that a process may grow in the last half of its life


def report(outcome: Outcome) -> tuple[list[str], bool]:
    """Return the lines, the last one with the sums, and whether everything is as promised."""
    history = outcome.history
    checker = Checker(history)
    found = checker.violations()
    lines = [f"{violation}" for violation in found]
    told = dict.fromkeys(v.number for v in found if v.number is not None)
    for number in list(told)[:_STORIES]:
        lines += checker.story(number)
    lines += outcome.faults if found else []
    lines += [*_measured(outcome), *_broken(outcome)]
    sums = count(found)
    lines.append(
        f"stored {stored(history.sent)}, lost {sums['lost']}, twice {sums['twice']}, "
        f"unaccounted {sums['unaccounted']}, seed {outcome.settings.seed}"
    )
    return lines, not found and not _broken(outcome)


def _measured(outcome: Outcome) -> list[str]:
    history = outcome.history
    faults = Counter(line.split(" do ", 1)[1] for line in outcome.faults if " do " in line)
    answers = Counter(answer.said for sent in history.sent for answer in sent.answers)
    called = {call.number for call in history.calls.get("called", [])}
    calls = len(history.calls.get("called", []))
    return [
        f"faults: {', '.join(f'{name} x{n}' for name, n in sorted(faults.items()))}",
        f"answers: {dict(answers.most_common())}",
        f"decisions: {dict(sorted(verdicts(history).items()))}; objects: {len(history.made)}",
        f"http calls: {calls} for {len(called)} events (at least once)",
        _resumed(outcome),
        *(
            f"memory of {life.name} over {life.seconds:.0f} s: {life.end:.0f} MB, "
            f"{life.growth:+.1f} MB in the last half"
            for life in outcome.watch.lives()
        ),
    ]


def _resumed(outcome: Outcome) -> str:
    alone, amid = outcome.watch.resumed, outcome.watch.resumed_amid
    words = [f"at most {max(alone):.1f} s ({len(alone)} times)"] if alone else []
    words += [f"amid other faults {max(amid):.1f} s ({len(amid)} times)"] if amid else []
    return f"consumption resumed after the bus was back: {', '.join(words) or 'not measured'}"


def _broken(outcome: Outcome) -> list[str]:
    """Return the other promises that did not hold."""
    return [
        *(f"ended by itself: {line}" for line in outcome.watch.died),
        *(
            f"memory of {life.name} grew by {life.growth:.1f} MB in the last half of its life"
            for life in outcome.watch.lives()
            if life.growth > _GROWTH
        ),
    ]
