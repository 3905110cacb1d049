from audit.core.run import Document, Run
from audit.render import training_record


def run(**training):
    return Run("id", "p", "run", "2026", 0.0, Document("d"), training=training)


def test_nothing_recorded():
    assert training_record.candidates(run()) == []
    assert training_record.learning_curves(run()) == []
    assert (training_record.chosen(run()), training_record.split(run()), training_record.other(run())) == ("", "", [])


def test_candidates_and_choice():
    recorded = run(
        candidates=[{"name": "a", "validation": 0.7312, "interval": [0.69, 0.77], "seconds": 12.4}, {"name": "b", "validation": None}], chosen="b"
    )
    assert training_record.candidates(recorded) == [
        {"name": "a", "validation": "0.731", "interval": "0.690 to 0.770", "time": "12 s", "chosen": ""},
        {"name": "b", "validation": "not estimable", "interval": "", "time": "", "chosen": "chosen"},
    ]
    assert training_record.chosen(recorded) == "b"
    assert training_record.chosen(run(candidates=[{"name": "a", "chosen": True}])) == "a"


def test_learning_curves_by_column_and_by_epoch_are_the_same():
    columns = {"epoch": [1, 2], "train_loss": [0.5, 0.4], "validation_loss": [0.6, 0.7]}
    epochs = [{"epoch": 1, "train_loss": 0.5, "validation_loss": 0.6}, {"epoch": 2, "train_loss": 0.4, "validation_loss": 0.7}]
    expected = {(1, 0.5, "training"), (2, 0.4, "training"), (1, 0.6, "validation"), (2, 0.7, "validation")}
    for course in (columns, epochs):
        (exhibit,) = training_record.learning_curves(run(learning_curves={"mlp": course}))
        assert set(exhibit.rows) == expected
        assert exhibit.title == "Learning curve of mlp"


def test_a_long_course_is_thinned_and_keeps_its_end():
    course = {"epoch": list(range(1, 3001)), "train_loss": [1 / e for e in range(1, 3001)]}
    (exhibit,) = training_record.learning_curves(run(learning_curves={"mlp": course}))
    assert len(exhibit.rows) <= 1000
    assert exhibit.rows[-1][0] == 3000


def test_split_and_the_rest():
    recorded = run(
        split={"train": 3658, "test": 784},
        mitigation={"method": "x", "rule": {"Black": {"p0": 0.5}}},
        features=["a", "b"],
        note="",
        files={"m": "ab"},
    )
    assert training_record.split(recorded) == "3,658 train, 784 test"
    assert training_record.other(recorded) == [("mitigation: method", "x"), ("mitigation: rule", "Black (p0 0.500)"), ("features", "a, b")]
    assert training_record.files(recorded) == [("m", "ab")]
