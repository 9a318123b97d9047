"""A volume is known again by what cannot be another's, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.volumes import born_ns, volume_of

CARD = os.makedev(8, 17)
FOLDERS = (0, 1_795_640_576_000_000_000)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    (tmp_path / "proc/sys/kernel/random").mkdir(parents=True)
    (tmp_path / "run/udev/data").mkdir(parents=True)
    (tmp_path / "sys/block/sdb/sdb1").mkdir(parents=True)
    (tmp_path / "sys/dev/block").mkdir(parents=True)
    (tmp_path / "sys/dev/block/8:17").symlink_to("../../block/sdb/sdb1")
    boot(tmp_path, "first")
    attached(tmp_path, 7)
    return tmp_path


def boot(machine: Path, name: str) -> None:
    (machine / "proc/sys/kernel/random/boot_id").write_text(name)


def attached(machine: Path, number: int) -> None:
    (machine / "sys/block/sdb/diskseq").write_text(f"{number}\n")


def read_by_udev(machine: Path, uuid: str, serial: str) -> None:
    lines = f"S:disk/by-uuid/{uuid}\nE:ID_FS_UUID={uuid}\nE:ID_SERIAL={serial}\n"
    (machine / "run/udev/data/b8:17").write_text(lines)


def test_a_card_that_stays_is_known_again(machine: Path) -> None:
    assert volume_of(CARD, 1, FOLDERS, machine) == volume_of(CARD, 1, FOLDERS, machine) is not None
    assert volume_of(CARD, 1, (0, 0), machine) == volume_of(CARD, 1, (0, 0), machine) is not None


def test_a_card_that_was_taken_out_is_not(machine: Path) -> None:
    before = volume_of(CARD, 1, FOLDERS, machine)
    attached(machine, 8)
    assert volume_of(CARD, 1, FOLDERS, machine) != before


def test_what_udev_read_outlives_a_restart_of_the_machine(machine: Path) -> None:
    read_by_udev(machine, "1A2B-3C4D", "Recorder_0001")
    before = volume_of(CARD, 1, FOLDERS, machine)
    boot(machine, "second")
    attached(machine, 1)
    assert volume_of(CARD, 1, FOLDERS, machine) == before
    read_by_udev(machine, "1A2B-3C4D", "Recorder_0002")
    assert volume_of(CARD, 1, FOLDERS, machine) != before


def test_two_cards_of_one_number_and_one_serial_differ_by_their_folders(machine: Path) -> None:
    read_by_udev(machine, "0000-0000", "Recorder_0")
    assert volume_of(CARD, 1, FOLDERS, machine) != volume_of(CARD, 1, (0, 1), machine)


def test_two_folders_of_one_disk_differ_though_they_were_made_at_once(machine: Path) -> None:
    assert volume_of(CARD, 7, FOLDERS, machine) != volume_of(CARD, 8, FOLDERS, machine)


def test_without_birth_times_such_a_card_is_known_only_while_it_stays(machine: Path) -> None:
    read_by_udev(machine, "0000-0000", "Recorder_0")
    before = volume_of(CARD, 1, (0, 0), machine)
    attached(machine, 8)
    assert volume_of(CARD, 1, (0, 0), machine) != before


def test_a_device_that_is_no_disk_is_known_by_its_folders_until_the_machine_starts_again(machine: Path) -> None:
    network = os.makedev(0, 54)
    assert volume_of(network, 1, (0, 0), machine) is None
    before = volume_of(network, 1, FOLDERS, machine)
    assert before is not None and volume_of(network, 1, FOLDERS, machine) == before
    boot(machine, "second")
    assert volume_of(network, 1, FOLDERS, machine) != before


def test_nothing_is_known_where_the_kernel_says_nothing(tmp_path: Path) -> None:
    assert volume_of(CARD, 1, FOLDERS, tmp_path) is None


def test_a_folder_has_the_birth_time_that_stat_shows(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        born = born_ns(fd)
    finally:
        os.close(fd)
    # A file system that keeps none says 0; one that does cannot have made it after its own change time.
    assert 0 <= born <= tmp_path.stat().st_ctime_ns
