import pytest

from hookline.errors import ManifestError
from hookline.manifest import Document, Mistake, Place, refuse, show

DOCUMENT = Document(
    "f.yaml", 3, {}, {(): 3, ("spec",): 5, ("spec", "a"): 6, ("spec", "a", 0, "b"): 8}
)


def test_a_path_is_shown_as_people_write_it():
    assert show(("spec", "triggers", 0, "template")) == "spec.triggers[0].template"
    assert show(()) == ""


@pytest.mark.parametrize(
    ("path", "line"),
    [(("spec", "a"), 6), (("spec", "a", 0, "b"), 8), (("spec", "a", 0), 6), (("status",), 3)],
)
def test_a_place_has_the_line_of_the_nearest_part_that_is_known(path, line):
    assert Place(DOCUMENT, path).line == line


def test_a_document_without_lines_has_its_own():
    assert Place(Document("f.yaml", 7, {}), ("a",)).line == 7


def test_places_of_a_document_share_their_mistakes():
    place = Place(DOCUMENT)
    (place / "spec" / "a").warn("dangerous", code="danger")
    assert not place.failed
    (place / "spec").error("wrong", code="bad", suggestion="right")
    assert place.failed
    assert place.mistakes == [
        Mistake("f.yaml", 6, "spec.a", "warning", "danger", "dangerous"),
        Mistake("f.yaml", 5, "spec", "error", "bad", "wrong", "right"),
    ]


def test_a_mistake_is_one_line_that_editors_can_jump_to():
    mistake = Mistake("f.yaml", 5, "spec.a", "error", "bad", "is wrong", "write b")
    assert str(mistake) == "f.yaml:5: error: spec.a: is wrong (write b)"
    assert str(Mistake("f.yaml", 0, "", "warning", "x", "is odd")) == "f.yaml: warning: is odd"


@pytest.mark.parametrize("body", [{}, {"metadata": None, "kind": None}, {"metadata": []}])
def test_a_document_without_metadata_has_empty_names(body):
    document = Document("f.yaml", 1, body)
    assert (document.kind, document.name, document.namespace) == ("", "", "")


def test_errors_refuse_and_warnings_do_not():
    warning = Mistake("f.yaml", 1, "", "warning", "x", "odd")
    refuse([warning])
    with pytest.raises(ManifestError, match=r"^f\.yaml:2: error: wrong$"):
        refuse([warning, Mistake("f.yaml", 2, "", "error", "y", "wrong")])
