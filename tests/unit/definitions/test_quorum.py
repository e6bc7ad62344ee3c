import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmrf.definitions import Quorum

quorums = st.one_of(
    st.just("all"), st.integers(1, 50), st.integers(1, 100).map(lambda share: f"{share}%")
)


@pytest.mark.parametrize(
    ("value", "institutions", "needed"),
    [
        ("all", 7, 7),
        (3, 7, 3),
        (3, 2, 2),
        ("60%", 5, 3),
        ("60%", 7, 5),
        ("51%", 2, 2),
        ("50%", 3, 2),
        ("100%", 9, 9),
        ("1%", 9, 1),
        ("1%", 101, 2),
        ("all", 0, 0),
        ("60%", 0, 0),
    ],
)
def test_how_many_decisions_are_needed(value, institutions, needed):
    assert Quorum.parse(value).needed(institutions) == needed


@given(value=quorums, institutions=st.integers(1, 300))
def test_a_quorum_can_always_be_reached_and_is_never_nothing(value, institutions):
    assert 1 <= Quorum.parse(value).needed(institutions) <= institutions


@given(share=st.integers(1, 100), institutions=st.integers(1, 300))
def test_a_share_is_reached_and_one_fewer_would_not_do(share, institutions):
    needed = Quorum.parse(f"{share}%").needed(institutions)
    assert needed * 100 >= share * institutions
    assert (needed - 1) * 100 < share * institutions


@given(value=quorums)
def test_a_quorum_is_written_as_it_was_read(value):
    assert str(Quorum.parse(value)) == str(value)


@pytest.mark.parametrize(
    "value", ["", "most", "0%", "101%", "1.5%", "-5%", "²%", "%", True, 1.5, None]
)
def test_a_quorum_that_is_none_gets_an_example(value):
    with pytest.raises(ValueError) as caught:
        Quorum.parse(value)
    assert str(caught.value) == (
        f'cannot be read as a quorum: {value!r}. Write "all", a number such as 3, '
        'or a share from "1%" to "100%"'
    )


@pytest.mark.parametrize("value", [0, -1])
def test_no_decision_is_no_quorum(value):
    with pytest.raises(ValueError) as caught:
        Quorum.parse(value)
    assert str(caught.value) == f"{value} is no quorum: at least one decision is needed"
