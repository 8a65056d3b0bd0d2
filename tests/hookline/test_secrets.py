import base64

import pytest

from hookline.errors import TemporaryError
from hookline.manifest import Document
from hookline.secrets import MissingSecretError, Secrets, read_secrets


def secret(name="login", **body):
    return Document("s.yaml", 1, {"kind": "Secret", "metadata": {"name": name}, **body})


def test_a_value_comes_from_the_data_of_a_secret_document():
    encoded = base64.b64encode(b"s3cret").decode()
    mistakes = []
    assert read_secrets([secret(data={"token": encoded})], mistakes).value("login", "token") == (
        b"s3cret"
    )
    assert mistakes == []


def test_string_data_wins_over_data_as_in_kubernetes():
    secrets = read_secrets([secret(data={"t": "eA=="}, stringData={"t": "plain"})], [])
    assert secrets.value("login", "t") == b"plain"


def test_documents_of_other_kinds_hold_no_secrets():
    other = Document("m.yaml", 1, {"kind": "ConfigMap", "metadata": {"name": "login"}})
    with pytest.raises(MissingSecretError):
        read_secrets([other], []).value("login", "t")


def test_every_mistake_of_a_secret_document_is_noted_at_its_place():
    mistakes = []
    read_secrets([secret(data={"a": "not base64!", "b": 5}, stringData=["x"])], mistakes)
    assert [mistake.path for mistake in mistakes] == ["data.b", "data.a", "stringData"]
    assert "stringData" in next(m.suggestion for m in mistakes if m.path == "data.a")


def test_a_file_is_read_with_one_trailing_newline_cut(tmp_path):
    (tmp_path / "login").mkdir()
    (tmp_path / "login" / "token").write_bytes(b"from file\n\n")
    assert Secrets(directory=tmp_path).value("login", "token") == b"from file\n"


def test_documents_come_before_files(tmp_path):
    (tmp_path / "login").mkdir()
    (tmp_path / "login" / "t").write_text("file")
    (tmp_path / "login" / "other").write_text("file too")
    secrets = read_secrets([secret(stringData={"t": "document"})], [], tmp_path)
    assert secrets.value("login", "t") == b"document"
    assert secrets.value("login", "other") == b"file too"


def test_a_file_that_changes_is_read_again(tmp_path):
    (tmp_path / "login").mkdir()
    file = tmp_path / "login" / "t"
    file.write_text("old")
    secrets = Secrets(directory=tmp_path)
    assert secrets.value("login", "t") == b"old"
    file.write_text("newer")
    assert secrets.value("login", "t") == b"newer"


def test_a_folder_swapped_by_symlink_counts_at_once(tmp_path):
    for version in ("one", "two"):
        (tmp_path / version / "login").mkdir(parents=True)
        (tmp_path / version / "login" / "t").write_text(version)
    link = tmp_path / "current"
    link.symlink_to("one")
    secrets = Secrets(directory=link)
    assert secrets.value("login", "t") == b"one"
    swapped = tmp_path / "next"
    swapped.symlink_to("two")
    swapped.rename(link)
    assert secrets.value("login", "t") == b"two"


def test_a_missing_secret_is_temporary_and_names_itself_but_no_value(tmp_path):
    with pytest.raises(MissingSecretError, match=r"login, key t: .* cannot be read") as caught:
        Secrets(directory=tmp_path).value("login", "t")
    assert isinstance(caught.value, TemporaryError)
    assert caught.value.reason == "MissingSecret"


def test_without_a_folder_the_message_says_which_flag_is_missing():
    with pytest.raises(MissingSecretError, match="--secrets-dir"):
        Secrets().value("login", "t")


def test_an_empty_value_counts_as_missing(tmp_path):
    (tmp_path / "login").mkdir()
    (tmp_path / "login" / "t").write_bytes(b"\n")
    with pytest.raises(MissingSecretError, match="empty"):
        Secrets(directory=tmp_path).value("login", "t")


@pytest.mark.parametrize(("name", "key"), [("..", "x"), ("a", ".."), ("a/b", "c"), ("a", "b/c")])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path, name, key):
    inside = tmp_path / "secrets"
    inside.mkdir()
    (tmp_path / "x").write_text("outside")
    with pytest.raises(MissingSecretError, match="no names"):
        Secrets(directory=inside).value(name, key)
