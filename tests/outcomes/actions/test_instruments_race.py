"""Two people activate the same content at the same moment."""

from outcomes import actions
from outcomes.models import PieceDecision
from outcomes.states import PieceKind
from tests.factories import licensed, people
from tests.factories.licensed import NOW, bank_csv
from tests.races import race


def test_pro_64_of_two_activations_at_once_one_is_refused(committed_db: str) -> None:
    site = people.site()
    piece = licensed.imported(site=site, kind=PieceKind.BANK, data=bank_csv().encode())
    two = [people.staff("administrator", site=site) for _ in range(2)]
    done, lost = race(*(lambda who=who: actions.activate_piece(piece=piece, by=who, at=NOW) for who in two))
    assert (len(done), len(lost)) == (1, 1)
    assert "It is active already" in str(lost[0])
    assert PieceDecision.objects.count() == 1
