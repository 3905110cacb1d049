"""Data that cannot be read, or only in part: never green, and the message says what and what to do."""

import gzip
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.faults.conftest import CONFIG, GOOD, Assay, Project, refused

Prepare = Callable[[Project], object]


def data(name: str) -> str:
    return CONFIG.replace("people.csv", name)


def named(name: str, prepare: Prepare = lambda p: None) -> Prepare:
    """Let the config name other data, after something was prepared."""

    def change(project: Project) -> None:
        prepare(project)
        project.write("assay.yaml", data(name))

    return change


def table(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"id": range(rows), "age": [i % 90 for i in range(rows)], "town": [("Bree", "Ashford")[i % 2] for i in range(rows)]})


def parquet(project: Project) -> Path:
    file = project.folder / "people.parquet"
    table(200_000).to_parquet(file, compression="zstd", row_group_size=50_000)
    return file


def cut(keep: float) -> Prepare:
    """Return what cuts a Parquet file off."""

    def change(project: Project) -> None:
        file = parquet(project)
        os.truncate(file, int(file.stat().st_size * keep))

    return change


def damaged(project: Project) -> None:
    """Overwrite the middle of a Parquet file; its footer, which says what it holds, stays whole."""
    file = parquet(project)
    with file.open("r+b") as stream:
        stream.seek(file.stat().st_size // 3)
        stream.write(b"\xa5" * (file.stat().st_size // 3))


def lines(bad: bytes) -> Prepare:
    """Return what puts a bad line at 100,001, where nobody looks who trusts a sample."""

    def change(project: Project) -> None:
        good = [b"%d,%d,Bree\n" % (i, i % 90) for i in range(100_000)]
        project.write("people.csv", b"id,age,town\n" + b"".join(good) + bad + b"100001,3,Bree\n")

    return change


def bound(project: Project) -> None:
    """Leave a socket where the data should be."""
    here = os.getcwd()
    os.chdir(project.folder)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("people.csv.sock")
    os.chdir(here)
    os.rename(project.folder / "people.csv.sock", project.folder / "sock.csv")


CASES: dict[str, tuple[Prepare, int, str]] = {
    "no file": (lambda p: (p.folder / "people.csv").unlink(), 3, "there is no file"),
    "a folder": (named("."), 3, "is a folder"),
    "a path through a file": (named("people.csv/people.parquet"), 3, "people.csv' is no folder"),
    "a folder that is not there": (named("nowhere/people.parquet"), 3, "Its folder does not exist either"),
    "a link to itself": (named("loop.csv", lambda p: (p.folder / "loop.csv").symlink_to("loop.csv")), 3, "symbolic link that leads nowhere"),
    "a link to nothing": (named("link.csv", lambda p: (p.folder / "link.csv").symlink_to("gone.csv")), 3, "symbolic link that leads nowhere"),
    "a name that no file system takes": (named("x" * 300 + ".csv"), 3, "cannot read"),
    "a pipe": (named("pipe.csv", lambda p: os.mkfifo(p.folder / "pipe.csv")), 3, "no regular file"),
    "a socket": (named("sock.csv", bound), 3, "no regular file"),
    "a device": (named("null.csv", lambda p: (p.folder / "null.csv").symlink_to("/dev/null")), 3, "no regular file"),
    "an endless device": (named("zero.csv", lambda p: (p.folder / "zero.csv").symlink_to("/dev/zero")), 3, "no regular file"),
    "a file of the kernel": (named("mem.csv", lambda p: (p.folder / "mem.csv").symlink_to("/proc/self/mem")), 3, "cannot read"),
    "a pattern that matches nothing": (named("part-*.parquet"), 3, "matches no file"),
    "a pattern that matches folders only": (named("part-*.csv", lambda p: (p.folder / "part-1.csv").mkdir()), 3, "matches no file"),
    "a pattern over two kinds": (named("people*", lambda p: p.write("people.jsonl", '{"id": 1}\n')), 2, "files of different kinds"),
    "a pattern with an empty file": (named("p*.csv", lambda p: p.write("part.csv", "")), 3, "'part.csv' is empty"),
    "a pattern with a damaged file": (
        named("p*.parquet", lambda p: (cut(0.5)(p), parquet(p).rename(p.folder / "p2.parquet"), cut(0.5)(p))),
        3,
        "cannot be read",
    ),
    "no bytes": (lambda p: p.write("people.csv", ""), 3, "is empty (0 bytes)"),
    "no header": (lambda p: p.write("people.csv", "\n1,2,Bree\n"), 3, "first line of 'people.csv' is empty"),
    "a kind of file nobody knows": (named("assay.yaml"), 2, "cannot tell what"),
    "Parquet cut off in its footer": (named("people.parquet", cut(0.999)), 3, "cannot read"),
    "Parquet cut off in a row group": (named("people.parquet", cut(0.4)), 3, "cannot read"),
    "Parquet of four bytes": (named("people.parquet", lambda p: p.write("people.parquet", b"PAR1")), 3, "cannot read"),
    "Parquet that is a CSV": (named("people.parquet", lambda p: p.write("people.parquet", GOOD)), 3, "cannot read"),
    "CSV that is a Parquet": (lambda p: (p.folder / "people.csv").write_bytes(parquet(p).read_bytes()), 3, "cannot read"),
    "CSV with a field too few at line 100,001": (lines(b"100000,3\n"), 3, "cannot read"),
    "CSV with a field too many at line 100,001": (lines(b"100000,3,Bree,x\n"), 3, "cannot read"),
    "CSV with an open quote at line 100,001": (lines(b'100000,3,"Bree\n'), 3, "cannot read"),
    "CSV that turns Latin-1 at line 100,001": (lines("100000,3,Orl\u00e9ans\n".encode("latin-1")), 3, "UTF-8"),
    "CSV in UTF-16": (lambda p: p.write("people.csv", GOOD.encode("utf-16")), 3, "UTF-16; convert it"),
    "gzip that is none": (named("people.csv.gz", lambda p: p.write("people.csv.gz", GOOD)), 3, "cannot read"),
    "gzip cut off in its first block": (
        named("people.csv.gz", lambda p: p.write("people.csv.gz", gzip.compress(GOOD.encode())[:-15])),
        3,
        "cannot read",
    ),
    "gzip cut off late": (
        named("people.csv.gz", lambda p: (lines(b"")(p), p.write("people.csv.gz", gzip.compress((p.folder / "people.csv").read_bytes())[:-2000]))),
        3,
        "cannot read",
    ),
    "JSON lines that end in the middle": (named("people.jsonl", lambda p: p.write("people.jsonl", '{"id": 1}\n' * 5_000 + '{"id": ')), 3, "cannot"),
    "a database that is none": (named("duckdb://people.csv#people"), 3, "cannot open"),
    "a database that is not there": (named("duckdb://gone.db#people"), 3, "there is no database"),
    "a table without a name": (named("duckdb://gone.db"), 2, "names no table"),
    "an engine nobody knows": (named("nosuch://host/db#people"), 2, "no place that data can be read from"),
}


@pytest.mark.parametrize("case", CASES)
def test_data_that_cannot_be_read(case: str, project: Project, assay: Assay) -> None:
    prepare, code, says = CASES[case]
    prepare(project)
    refused(assay("gate"), project, code, says)


def test_damage_that_only_the_scan_notices_is_never_green(project: Project, assay: Assay) -> None:
    damaged(project)
    project.write("assay.yaml", data("people.parquet"))
    done = assay("gate", "--fail-on", "error")
    assert done.code == 3, done.err
    assert "Traceback" not in done.err + done.out


def test_a_server_that_refuses_the_connection(project: Project, assay: Assay) -> None:
    project.write("assay.yaml", data("postgres://nobody:not-a-secret@127.0.0.1:1/none#people"))
    refused(assay("gate"), project, 3, "cannot open")


def test_a_server_that_rejects_the_credentials(project: Project, assay: Assay) -> None:
    pytest.importorskip("psycopg", reason="the driver of Postgres is not installed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_reject, args=(server,), daemon=True).start()
        port = server.getsockname()[1]
        project.write("assay.yaml", data(f"postgres://nobody:not-a-secret@127.0.0.1:{port}/none#people"))
        done = assay("gate")
    refused(done, project, 3, "password authentication failed")
    assert "not-a-secret" not in done.err


def _reject(server: socket.socket) -> None:
    """Speak as much of Postgres' protocol as it takes to say no."""
    said = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "nobody"\0\0'
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            while (length := int.from_bytes(connection.recv(4), "big")) == 8:
                connection.recv(4)
                connection.sendall(b"N")  # no encryption here
            connection.recv(length)
            connection.sendall(b"E" + (len(said) + 4).to_bytes(4, "big") + said)
