"""`retrograd train data.csv --target NAME` on tables as users have them, good and bad."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

COLOURS = ("red", "green", "blue")


def write(path: Path, rows: list[list[object]], separator: str = ",") -> None:
    path.write_text("".join(separator.join(map(str, row)) + "\n" for row in rows))


def houses(count: int = 300) -> list[list[object]]:
    """price = 3 size - 0.2 age + 2 if red; grade by price."""
    random = np.random.default_rng(0)
    rows: list[list[object]] = [["size", "age", "colour", "price", "grade", "rooms"]]
    for _ in range(count):
        size, age, colour = random.normal(), 10 * random.normal() + 3, COLOURS[random.integers(3)]
        price = 3 * size - 0.2 * age + 2 * (colour == "red")
        grade = "high" if price > 1 else "low" if price < -1 else "middle"
        rows.append([f"{size:.4f}", f"{age:.3f}", colour, f"{price:.4f}", grade, 1 + (price > 0)])
    return rows


@pytest.fixture
def table(tmp_path: Path) -> Path:
    write(tmp_path / "houses.csv", houses())
    return tmp_path / "houses.csv"


def test_a_target_of_numbers_is_a_regression(retrograd, table: Path) -> None:
    text = retrograd("train", "houses.csv", "--target", "price", "--ignore", "grade", "rooms").stdout
    assert float(re.search(r"R squared +([\d.]+)", text)[1]) > 0.99
    assert "colour (3 values)" in text and "size, age" in text
    assert "always saying the training mean" in text
    assert re.findall(r"e-\d+   (\w+)$", text, re.MULTILINE) == ["correct"] * 6


def test_a_target_of_words_is_a_classification(retrograd, table: Path) -> None:
    text = retrograd("train", "houses.csv", "--target", "grade", "--ignore", "price", "rooms").stdout
    assert float(re.search(r"accuracy +([\d.]+)% +\d+ of", text)[1]) > 90
    assert "3 classes (high, low, middle)" in text


def test_a_target_of_few_integers_is_a_classification_unless_told_otherwise(retrograd, table: Path) -> None:
    words = ("train", "houses.csv", "--target", "rooms", "--ignore", "price", "grade", "--epochs", "1")
    assert "2 classes (1, 2)" in retrograd(*words).stdout
    assert "rooms: a number" in retrograd(*words, "--task", "regression").stdout


def test_means_come_from_the_training_rows_alone(retrograd, table: Path, tmp_path: Path) -> None:
    rows = houses()
    for row in rows[1::5]:  # the test rows
        row[0] = "1000"
    write(table, rows)
    retrograd("train", "houses.csv", "--target", "price", "--epochs", "1")
    columns = json.loads((tmp_path / "runs/houses-1/run.json").read_text())["reading"]["columns"]
    size = next(column for column in columns if column["name"] == "size")
    train = [float(row[0]) for k, row in enumerate(rows[1:]) if k % 5]
    assert size["mean"] == pytest.approx(np.mean(train)) and size["std"] == pytest.approx(np.std(train))


def test_eval_and_predict_read_the_table_as_the_training_did(retrograd, table: Path, tmp_path: Path) -> None:
    text = retrograd("train", "houses.csv", "--target", "price", "--ignore", "grade", "rooms").stdout
    error = re.search(r"error +([\d.]+) root", text)[1]
    assert re.search(r"error +([\d.]+) root", retrograd("eval", "houses-1").stdout)[1] == error
    text = retrograd("predict", "houses-1", "runs/houses-1/sample.csv", "--out", "said.csv").stdout
    assert "5 rows" in text
    truth = [float(row[3]) for row in houses()[1::5][:5]]
    said = np.loadtxt(tmp_path / "said.csv", delimiter=",", skiprows=1, usecols=1)
    assert said == pytest.approx(truth, abs=0.5)


def test_a_value_never_seen_in_training_is_pointed_out(retrograd, table: Path, tmp_path: Path) -> None:
    retrograd("train", "houses.csv", "--target", "price", "--ignore", "grade", "rooms", "--epochs", "1")
    write(tmp_path / "new.csv", [["colour", "age", "size"], ["pink", 3, 0.5]])
    assert "'pink' never seen in training" in retrograd("predict", "houses-1", "new.csv").stdout


def test_semicolons_quotes_and_a_byte_order_mark_are_read(retrograd, tmp_path: Path) -> None:
    rows = [[f'"{cell}"' for cell in row] for row in houses(60)]
    lines = "".join(";".join(row) + "\r\n" for row in rows)
    (tmp_path / "h.csv").write_text("\ufeff" + lines, encoding="utf-8")
    assert "60 rows of 6 columns" in retrograd("train", "h.csv", "--target", "price", "--epochs", "1").stdout


def test_rows_with_missing_cells_can_be_left_out(retrograd, table: Path) -> None:
    rows = houses()
    rows[7][1], rows[9][2] = "", "NA"
    write(table, rows)
    text = retrograd("train", "houses.csv", "--target", "price", "--epochs", "1", status=2).stderr
    assert "2 rows with missing cells, the first on line 8, column 'age'" in text
    assert "--skip-missing" in text
    text = retrograd("train", "houses.csv", "--target", "price", "--epochs", "1", "--skip-missing").stdout
    assert "2 rows with missing cells left out" in text


def broken(rows: list[list[object]], line: int, column: int, cell: str) -> list[list[object]]:
    rows[line - 1][column] = cell
    return rows


@pytest.mark.parametrize(("rows", "target", "message"), [
    (houses(), None, "houses.csv: which column is to be foretold?"),
    (houses(), "cost", "has no column 'cost'\n  Its columns: size, age, colour, price, grade, rooms."),
    ([], "price", "houses.csv is empty"),
    (houses(0), "price", "houses.csv has a header but no rows"),
    (houses(4), "price", "houses.csv has 4 rows; training and testing need 10"),
    (houses()[1:], "price", "houses.csv has no column 'price'"),
    ([[1, 2], [3, 4]], "price", "the first line holds numbers only"),
    (broken(houses(), 17, 1, "old"), "price", "'age': 1 cell is no number, the first on line 17: 'old'"),
    ([*houses(), [1, 2]], "price", "houses.csv, line 302: 2 cells, the header has 6"),
    ([["a", "a", "y"], *[[1, 2, 3]] * 20], "y", "the name 'a' stands over two columns"),
    ([["a", "y"], *[[k, 3] for k in range(20)]], "y", "the target 'y' is '3' in every row"),
    ([["a", "y"], *[[f"word{k}", k] for k in range(200)]], "y", "column 'a' has 160 different values"),
])
def test_an_error_says_what_is_wrong_and_where(retrograd, tmp_path: Path, rows: list, target: str | None,
                                               message: str) -> None:
    write(tmp_path / "houses.csv", rows)
    words = ["train", "houses.csv", "--epochs", "1", *(["--target", target] if target else [])]
    text = retrograd(*words, status=2).stderr
    assert message in text and "Traceback" not in text


def test_a_missing_file_names_the_tables_that_are_there(retrograd, table: Path) -> None:
    text = retrograd("train", "house.csv", "--target", "price", status=2).stderr
    assert text == "retrograd train: there is no file house.csv\n  Tables here: houses.csv.\n"
