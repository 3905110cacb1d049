"""Every page of the dashboard, run without a browser over a store made for the test."""

import json
import sys
from dataclasses import replace
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from audit.core.run import Document
from audit.core.serial import dumps
from audit.core.status import Status
from audit.store import RUN_FILE, Store
from dashboard import looks, shelf
from tests.runs import EARLIER_ID, SAMPLE_ID, earlier_run, passing_gate, sample_run

DASHBOARD = Path(shelf.__file__).parent
PAGES = ["overview", *looks.QUESTIONS, "training", "provenance", "compare", "runs"]


def write(root: Path, *runs) -> Path:
    store = Store(root)
    for run in runs:
        with store.writing(run.project, run.id) as folder:
            store.write_run(folder, run)
    return root


def damage(root: Path, text: str, run_id: str = "20260401T000000Z-badbad") -> None:
    folder = root / "arrests" / run_id
    folder.mkdir(parents=True)
    (folder / RUN_FILE).write_text(text, encoding="utf-8")


@pytest.fixture
def store(tmp_path) -> Path:
    return write(tmp_path / "reports", sample_run(), earlier_run())


@pytest.fixture
def opened(monkeypatch):
    def start(root: Path, page: str = "overview", **query: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["app.py", "--reports", str(root)])
        app = AppTest.from_file(str(DASHBOARD / "app.py"), default_timeout=60)
        app.query_params.update(query)
        if page != "overview":
            # AppTest can only switch to pages that are files; ours are functions
            app._page_hash = calc_hash(page)
        return app.run()

    return start


def text(app: AppTest) -> str:
    parts = [app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.success, app.info, app.page_link, app.expander]
    values = [getattr(e, "value", None) or getattr(e, "label", "") for kind in parts for e in kind]
    return "\n".join(str(v).replace("\\", "") for v in values)


@pytest.mark.parametrize("page", PAGES)
def test_page_opens(opened, store, page):
    app = opened(store, page)
    assert not app.exception
    assert len(app.title) == 1


def test_opens_on_the_newest_run_with_the_verdict_and_what_to_do(opened, store):
    app = opened(store)
    assert app.selectbox(key="run").value == SAMPLE_ID
    assert "Of 13 checks examined, 2 failed" in app.error[0].value.replace("\\", "")
    said = text(app)
    assert said.index("What to do first") < said.index("Then have a look at") < said.index("What was examined")
    assert "Find out why the values are missing" in said
    assert "Look at which columns carry the difference" in said


def test_clause_that_would_enforce_a_finding_is_shown_without_a_click(opened, tmp_path):
    clause = "- name: age\n  logicalTypeOptions: {minimum: 12}"
    run = sample_run()
    found = next(r for r in run.results if r.status is Status.FAILED and r.family == "quality")
    proposed = run.with_results([replace(r, proposal=clause) if r is found else r for r in run.results])
    app = opened(write(tmp_path / "reports", proposed), "quality")
    assert [code.value for code in app.code] == [clause]


def test_address_names_the_run_and_another_may_be_named(opened, store):
    assert opened(store).query_params["run"] == SAMPLE_ID
    app = opened(store, run=EARLIER_ID)
    assert app.selectbox(key="run").value == EARLIER_ID
    assert "There is a newer run" in text(app)
    assert opened(store, run="nonsense").query_params["run"] == SAMPLE_ID


def test_another_run_is_chosen_in_the_sidebar(opened, store):
    app = opened(store)
    app.selectbox(key="run").set_value(EARLIER_ID).run()
    assert not app.exception
    assert app.query_params["run"] == EARLIER_ID
    assert "1 failed" in app.error[0].value


def test_another_project_is_chosen_in_the_sidebar(opened, store):
    write(store, passing_gate())
    app = opened(store)
    assert app.selectbox(key="project").value == "arrests"
    app.selectbox(key="project").set_value("loans").run()
    assert not app.exception
    assert app.selectbox(key="run").value == passing_gate().id
    assert "All 2 checks" in app.success[0].value


def test_a_run_is_opened_from_the_list_of_all_runs(opened, store):
    write(store, passing_gate())
    app = opened(store, "runs")
    app.button(key=f"open-loans-{passing_gate().id}").click().run()
    assert not app.exception
    assert app.title[0].value == "loans"
    assert app.query_params["run"] == passing_gate().id


def test_family_page_shows_results_worst_first_with_pictures(opened, store):
    app = opened(store, "fairness")
    said = text(app)
    assert said.index("F001 Selection-rate gap: colour") < said.index("F001 Selection-rate gap: sex")
    assert "a gap of 11.6 points" in said
    assert len(app.get("vega_lite_chart")) == 1


def test_fairness_page_says_the_state_first_and_what_would_decide(opened, tmp_path):
    run = sample_run()
    broken = next(r for r in run.results if r.key == "F001:colour")
    said = "A gap of 4 points (95 % interval 0 to 12). These rows cannot decide; about 900 more would. 3 rows have no value."
    open_question = replace(broken, status=Status.UNDECIDED, message=said)
    conflict = replace(broken, code="F012", title="Conflicting definitions", status=Status.PASSED, message="Base rates differ by 9 points.")
    app = opened(write(tmp_path, run.with_results([open_question, conflict])), "fairness")
    assert not app.exception
    assert app.warning[0].value.replace("\\", "").startswith("Of 2 gaps between groups of colour, 1 is undecided and 1 is within its limit.")
    shown = text(app)
    assert shown.index("What these rows cannot decide") < shown.index("Which definitions conflict here") < shown.index("All findings")
    assert "(#finding-f001-colour): These rows cannot decide; about 900 more would.\n" in shown
    assert "Base rates differ by 9 points." in shown


def test_many_open_questions_are_folded_and_findings_take_one_line_each(opened, tmp_path):
    run = sample_run()
    broken = next(r for r in run.results if r.key == "F001:colour")
    many = [replace(broken, code=f"F0{n:02}", status=Status.UNDECIDED, message=f"Gap {n}. About 9 more would decide.") for n in range(1, 11)]
    app = opened(write(tmp_path, run.with_results(many)), "fairness")
    assert not app.exception
    labels = [e.label.replace("\\", "") for e in app.expander]
    assert labels[0] == "All 10 of them"
    assert sum("Selection-rate gap: colour" in label for label in labels) == 10
    assert not app.get("vega_lite_chart")
    app.session_state[f"{SAMPLE_ID}-fairness-0-F001:colour-details"] = True
    app.run()
    assert "What to do" in text(app)


def test_data_behind_a_picture_are_shown_on_request(opened, store):
    app = opened(store, "fairness")
    assert not app.dataframe
    app.toggle[0].set_value(True).run()
    assert app.dataframe[0].value["value"].tolist() == [0.742, 0.858, 0.881, 0.979]


def test_details_hold_limit_numbers_and_method(opened, store):
    app = opened(store, "fairness")
    app.session_state[f"{SAMPLE_ID}-fairness-0-F001:colour-details"] = True
    app.run()
    assert not app.exception
    assert "must be at most 8 points, because: agreed with the review board. Declared in assay.yaml." in text(app)
    assert "Feldman et al. 2015" in text(app)
    assert "9.1 to 14.2 points" in app.table[0].value["95 % interval"].tolist()


def test_many_results_of_which_nothing_needs_doing_take_one_line_each(opened, tmp_path):
    run = sample_run()
    passed = next(r for r in run.results if r.key == "D003:age")
    broken = next(r for r in run.results if r.key == "D002:citizen")
    many = [type(passed)(**{**vars(passed), "where": {"column": f"column_{i}"}}) for i in range(9)]
    app = opened(write(tmp_path, run.with_results([*many, broken])), "quality")
    assert not app.exception
    assert not app.get("vega_lite_chart")
    labels = [e.label.replace("\\", "") for e in app.expander]
    assert labels[0] == "Limit, numbers and method"
    assert "D003 Value range: column_0** · All 5,226 values" in labels[1]
    app.session_state[f"{SAMPLE_ID}-quality-1-D003:column_0-details"] = True
    app.run()
    assert len(app.get("vega_lite_chart")) == 1


def test_filters_by_state_and_text(opened, store):
    app = opened(store, "quality")
    assert "D002" in text(app)
    app.text_input(key="text-quality").set_value("age").run()
    assert "D003 Value range: age" in text(app)
    assert "D002 Missing values" not in text(app)
    app.text_input(key="text-quality").set_value("zebra").run()
    assert "No result matches" in text(app)


def test_comparison_names_what_changed(opened, store):
    app = opened(store, "compare")
    said = text(app)
    assert "Got worse: **1**" in said
    assert {"Changed state", "Moved numbers", "New checks", "Checks that are gone"} <= set(said.splitlines())
    assert app.table[1].value["Now"][0].replace("\\", "") == "11.6 points (9.1 to 14.2 points)"


def test_a_lone_run_has_nothing_to_compare_with(opened, tmp_path):
    app = opened(write(tmp_path, passing_gate()), "compare")
    assert not app.exception
    assert "has only this run" in text(app)


def test_training_page_shows_candidates_and_curves(opened, store):
    app = opened(store, "training")
    assert "hist_gradient_boosting" in text(app)
    assert len(app.get("vega_lite_chart")) == 1


@pytest.mark.parametrize("page", ["training", "fairness"])
def test_pages_without_content_say_so(opened, tmp_path, page):
    app = opened(write(tmp_path, passing_gate()), page)
    assert not app.exception
    assert "assay gate" in text(app)


@pytest.mark.parametrize("folder", ["nowhere", "empty", "unfinished"])
def test_an_empty_store_says_how_to_make_a_run(opened, tmp_path, folder):
    if folder != "nowhere":
        (tmp_path / folder).mkdir()
    if folder == "unfinished":
        (tmp_path / folder / "arrests" / ".unfinished-20260101T000000Z-abcdef").mkdir(parents=True)
    app = opened(tmp_path / folder)
    assert not app.exception
    assert app.title[0].value == "No runs yet"
    assert "assay gate assay.yaml" in app.code[0].value


def wrong(name: str, value: object) -> str:
    return json.dumps({**json.loads(dumps(sample_run())), name: value})


@pytest.mark.parametrize(
    "text_of_file",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"schema_version": 99}',
        '{"schema_version": 1, "id": "x"}',
        "\x00",
        wrong("results", ["x"]),
        wrong("subject", None),
        wrong("schema_version", "one"),
        wrong("fail_on", "sunset"),
        wrong("verb", ["gate"]),
    ],
)
def test_a_damaged_run_is_shown_as_unreadable_and_the_rest_goes_on(opened, store, text_of_file):
    damage(store, text_of_file)
    app = opened(store)
    assert not app.exception
    assert app.title[0].value == "This run cannot be read"
    assert len(app.error) == 1
    app.selectbox(key="run").set_value(SAMPLE_ID).run()
    assert "2 failed" in app.error[0].value


def test_a_damaged_run_is_listed_and_may_not_be_compared_with(opened, store):
    damage(store, "{")
    listed = opened(store, "runs")
    assert not listed.exception
    assert "Unreadable" in text(listed)
    app = opened(store, "compare", run=SAMPLE_ID)
    app.selectbox(key=f"with-{SAMPLE_ID}").select_index(0).run()
    assert not app.exception
    assert "cannot be read" in app.error[0].value


def test_a_folder_without_a_run_file_is_unreadable(opened, store):
    (store / "arrests" / "20260401T000000Z-000000").mkdir()
    app = opened(store)
    assert not app.exception
    assert RUN_FILE in app.error[0].value.replace("\\", "")


@pytest.mark.parametrize("page", ["overview", "fairness", "training", "provenance", "compare", "runs"])
def test_every_page_survives_an_unreadable_run(opened, tmp_path, page):
    damage(tmp_path, "{")
    assert not opened(tmp_path, page).exception


def test_names_of_columns_are_no_markup(opened, tmp_path):
    run = sample_run()
    wild = next(r for r in run.results if r.code == "D002")
    odd = "a|b *c* $d$ <script>alert(1)</script> :red[e] \n# f"
    run = run.with_results([type(wild)(**{**vars(wild), "where": {"column": odd}, "message": odd})])
    for page in ("overview", "quality"):
        app = opened(write(tmp_path / page, run), page)
        assert not app.exception
        assert not any("<script>" in m.value or "$d$" in m.value or " :red[" in m.value for m in app.markdown)


def test_a_run_that_changes_on_disk_is_read_again(opened, store):
    app = opened(store)
    assert "2 failed" in app.error[0].value
    file = store / "arrests" / SAMPLE_ID / RUN_FILE
    file.write_text(file.read_text(encoding="utf-8").replace("14 of 5,226 values", "15 of 5,226 values"), encoding="utf-8")
    assert "15 of 5,226 values" in text(app.run())


def test_reports_folder_comes_from_the_flag_the_environment_or_here(monkeypatch):
    monkeypatch.setenv(shelf.REPORTS_VARIABLE, "elsewhere")
    assert shelf.reports_folder(["--reports", "flagged"]) == Path("flagged")
    assert shelf.reports_folder([]) == Path("elsewhere")
    monkeypatch.delenv(shelf.REPORTS_VARIABLE)
    assert shelf.reports_folder(["--reports"]) == Path("reports")


def test_no_file_is_named_like_a_package_or_a_standard_module():
    # Streamlit puts this folder first on the path, so such a file would stand in for the package everywhere
    names = {p.stem for p in DASHBOARD.iterdir() if p.suffix == ".py" or p.is_dir()} - {"__init__", "__pycache__", ".streamlit"}
    assert not names & (set(sys.stdlib_module_names) | set(packages_distributions()))


def test_no_folder_is_called_pages():
    # on the first visit Streamlit would look for the page in there, and tell the visitor that it does not exist
    assert not (DASHBOARD / "pages").exists()


def test_a_subject_without_a_name_is_called_by_its_project(opened, tmp_path):
    run = passing_gate()
    nameless = type(run)(**{**vars(run), "subject": Document()})
    assert opened(write(tmp_path, nameless)).title[0].value == "loans"
