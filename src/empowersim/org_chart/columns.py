"""Which column of a table holds what, by its header's name in English or French.

Names are compared without case, accents, spaces and punctuation. Where a table has several
columns of one kind, the name listed first here wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypedDict

from empowersim.errors import OrgChartError
from empowersim.org_chart.cells import key, quoted

# The positions of the columns whose texts, joined, are the value; none if there is no such column.
type Positions = tuple[int, ...]

ID_NAMES = (
    "id", "employee id", "employee number", "employee no", "emp id", "person id", "person number",
    "personnel number", "staff id", "staff number", "worker id", "user id", "position id",
    "post id", "matricule", "numéro matricule", "n° matricule", "matricule salarié",
    "matricule employé", "matricule collaborateur", "identifiant", "identifiant salarié",
    "id salarié", "id employé", "id collaborateur", "numéro employé", "numéro salarié",
    "code salarié", "code employé", "employee code", "emp no", "staff no", "n°", "no", "numéro",
    "number", "email", "email address", "work email", "courriel", "adresse email", "mail",
)  # fmt: skip
MANAGER_NAMES = (
    "manager id", "manager employee id", "manager number", "line manager id", "supervisor id",
    "reports to id", "superior id", "parent id", "matricule manager", "matricule du manager",
    "matricule responsable", "matricule du responsable", "matricule supérieur",
    "matricule du supérieur", "matricule n+1", "matricule du n+1", "n+1 matricule", "id manager",
    "id responsable", "id n+1", "identifiant manager", "identifiant du manager",
    "identifiant responsable", "identifiant du responsable", "code responsable",
    "manager email", "manager email address", "supervisor email", "email manager",
    "email du manager", "email responsable", "email du responsable", "courriel du responsable",
    "reports to", "report to", "reporting to", "manager", "line manager", "direct manager",
    "supervisor", "superior", "boss", "parent", "responsable", "responsable hiérarchique",
    "responsable direct", "supérieur", "supérieur hiérarchique", "supérieur direct", "n+1", "chef",
    "rattaché à", "rattachement", "rattachement hiérarchique", "manager name",
    "line manager name", "supervisor name", "nom du manager", "nom manager", "nom du responsable",
    "nom responsable", "nom du n+1", "nom n+1",
)  # fmt: skip
FULL_NAMES = (
    "full name", "employee name", "display name", "person name", "staff name", "nom complet",
    "nom prénom", "nom et prénom", "prénom nom", "prénom et nom", "nom du salarié",
    "nom du collaborateur",
)  # fmt: skip
FIRST_NAMES = ("first name", "given name", "forename", "prénom", "prénoms")
LAST_NAMES = ("last name", "surname", "family name", "nom de famille", "nom d'usage", "nom", "name")
OTHER_NAMES = (
    "name", "nom", "employee", "collaborator", "worker", "person", "collaborateur", "salarié",
    "employé", "personne", "label",
)  # fmt: skip
TITLE_NAMES = (
    "title", "job title", "position title", "position", "job", "role", "function", "poste",
    "intitulé du poste", "intitulé de poste", "libellé poste", "libellé du poste", "fonction",
    "emploi", "titre", "métier",
)  # fmt: skip
UNIT_NAMES = (
    "unit", "business unit", "organisation unit", "organization unit", "organisational unit",
    "organizational unit", "org unit", "department", "dept", "division", "section", "team",
    "unité", "département", "service", "direction", "équipe", "pôle", "entité",
)  # fmt: skip


class Who(TypedDict):
    """What a row says of a person beside the id, each blank where it says nothing."""

    name: str
    title: str
    unit: str


@dataclass(frozen=True)
class Details:
    """The columns that say who someone is; each may be missing."""

    name: Positions
    title: Positions
    unit: Positions

    def of(self, cells: Sequence[str]) -> Who:
        """The name, title and unit in the cells of one row."""
        return Who(
            name=joined(cells, self.name),
            title=joined(cells, self.title),
            unit=joined(cells, self.unit),
        )


def details(header: Sequence[str]) -> Details:
    """The columns of names, titles and units; of two with the same header, the first."""
    return Details(
        name=_name_columns(header),
        title=matching(header, TITLE_NAMES)[:1],
        unit=matching(header, UNIT_NAMES)[:1],
    )


# Every header is held against the same few hundred names, several times.
_key = lru_cache(2048)(key)


def matching(header: Sequence[str], names: Sequence[str]) -> Positions:
    """The columns called by the first of `names` that any column is called by."""
    keys = [_key(column) for column in header]
    for name in names:
        if _key(name) in keys:
            return tuple(index for index, each in enumerate(keys) if each == _key(name))
    return ()


def only(header: Sequence[str], names: Sequence[str]) -> Positions:
    """As `matching`, but an error if two columns are called the same."""
    found = matching(header, names)
    if len(found) > 1:
        raise OrgChartError(
            f"{len(found)} columns are called {quoted(header[found[0]])}: rename all but one"
        )
    return found


def joined(cells: Sequence[str], positions: Positions) -> str:
    """The texts of these columns with spaces between; a column past the row's end is blank."""
    return " ".join(cells[index] for index in positions if index < len(cells) and cells[index])


def _name_columns(header: Sequence[str]) -> Positions:
    full = matching(header, FULL_NAMES)
    first, last = matching(header, FIRST_NAMES), matching(header, LAST_NAMES)
    if not full and first and last:
        return (first[0], last[0])
    return (full or matching(header, OTHER_NAMES) or last or first)[:1]
