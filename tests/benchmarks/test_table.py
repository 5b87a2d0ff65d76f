"""The table says what was measured, and one row is measured anew without the others."""

from pathlib import Path

import pytest

from tests.benchmarks import table
from tests.benchmarks.measured import Fact, Measured, percentile

LIVES = Measured("lives", 0.6, "plain Prefect", 0.05, 10, "/s", "more", "eight at a time")
IMPORT = Measured("import of 3,000 rows", 6.0, "openpyxl", 1.2, 4, "s", "less")
CPU = Measured("CPU", 1.0, "plain Prefect", 30.0, 0.1, "s/life", "less")
DISK = Fact("durable commits", 812.4, "/s", "4 KiB each")


@pytest.mark.parametrize(
    ("one", "ratio", "is_met"), [(LIVES, 12, True), (IMPORT, 5, False), (CPU, 1 / 30, True)]
)
def test_a_figure_is_judged_by_ours_over_theirs(one: Measured, ratio: float, is_met: bool) -> None:
    assert one.ratio == pytest.approx(ratio)
    assert one.is_met is is_met


@pytest.mark.parametrize(
    ("one", "ratio", "wanted"),
    [(LIVES, "12 ×", "10 ×"), (IMPORT, "5 ×", "at most 4 ×"), (CPU, "30 × less", "10 × less")],
)
def test_a_ratio_is_said_as_one_says_it(one: Measured, ratio: str, wanted: str) -> None:
    assert table.times(one.ratio, one.better) == ratio
    assert table.wanted(one) == wanted


def test_figures_come_back_as_they_were_kept() -> None:
    assert [table.figure(table.plain(one)) for one in (LIVES, DISK)] == [LIVES, DISK]


def test_a_row_measured_anew_replaces_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    for row, one in (("lives", CPU), ("disk", DISK), ("lives", LIVES)):
        table.keep(table.Result(row, "2026-11-22", 3.0, (one,)), {"cores": "2"}, file)
    assert table.figures(table.kept(file), ("lives", "disk")) == [("lives", LIVES), ("disk", DISK)]


def test_the_page_keeps_what_was_written_around_its_tables(tmp_path: Path) -> None:
    page, file = tmp_path / "benchmarks.md", tmp_path / "kept.json"
    page.write_text(f"# Benchmarks\n\nBy hand.\n\n{table.BEGIN}old\n{table.END}\nBy hand too.\n")
    for row, one in (("lives", LIVES), ("ledger_import", IMPORT), ("disk", DISK)):
        table.keep(table.Result(row, "2026-11-22", 3.0, (one,)), {"cores": "2"}, file)
    table.write(table.kept(file), ("ledger_import", "lives", "disk"), page)
    said = page.read_text()
    assert said.startswith("# Benchmarks\n\nBy hand.\n")
    assert said.endswith("By hand too.\n")
    assert "old" not in said
    assert "| 1 | import of 3,000 rows | 6 s | openpyxl | 1.2 s | 5 × | at most 4 × | **no** |" in said
    assert "| 2 | lives | 0.6 /s | plain Prefect | 0.05 /s | 12 × | 10 × | yes |" in said
    assert "2. eight at a time" in said
    assert "| durable commits | 812 /s | 4 KiB each |" in said.partition("## `disk`: ")[2]
    assert "* cores: 2" in said


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([float(one) for one in range(100, 0, -1)], 0.95) == 96
    assert percentile([3.0], 0.95) == 3
