"""Einsum, imported and written back, against ONNX Runtime."""

import pytest
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

A, B, C = uniform(2, 3, 4), uniform(2, 4, 5, seed=1), uniform(5, 6, seed=2)
HEADS, KEYS = uniform(2, 5, 3, 4), uniform(2, 6, 3, 4, seed=1)
SQUARE = uniform(4, 4)


def forms(equations: str, *operands: Array | Fixed) -> list[NodeCase]:
    """Return a case for each equation; a blank lies between them."""
    return [case("Einsum", *operands, equation=equation) for equation in equations.split()]


VECTOR = uniform(4, seed=1)
EINSUM = [
    *forms("bij,bjk->bik bij,bjk->ki bij,bjk->bikj bij,bjk", A, B),
    *forms("bij->jib bij-> ijk->j abc cba ...j->... i...->...i", A),
    *forms("ii->i ii ii-> ...ii->...i ij->ji", SQUARE),
    *forms("ijij->ji", uniform(3, 4, 3, 4)),
    *forms("bqhd,bkhd->bhqk bqhd,bkhd->hqk bqhd,bkhe->hbdqek", HEADS, KEYS),
    *forms("bhqk,bkhd->bqhd", uniform(2, 3, 5, 6), KEYS),
    *forms("bij,bjk->bik", A, Fixed(B)),
    *forms("bij,bjk,kl->bil bij,bjk,kl->jl", A, B, C),
    *forms("i,i i,j->ij i,i->i i,j->", uniform(4), VECTOR),
    *forms("ij,j->i ij,j->ij ii,i->i ij,k->ikj", SQUARE, VECTOR),
    *forms("...ij,...jk->...ik", uniform(3, 1, 2, 4), uniform(1, 5, 4, 6, seed=1)),
    *forms("b...d,b...d->b...", uniform(3, 1, 4), uniform(3, 7, 4, seed=1)),
    case("Einsum", A, B, equation=" bij, bjk -> bik "),
]


@pytest.mark.parametrize("tried", EINSUM, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())


@pytest.mark.parametrize(
    ("equation", "reason"),
    [
        ("bij->bij", "an equation for 2 operands, found 'bij->bij'"),
        ("bij,bj->bi", "an operand of the dimensions 'bj', found rank 3"),
        ("bij,bjk->bx", "a result of different dimensions of its operands"),
        ("bij,bik->bjk", "one size of 'i', found 3 and 4"),
        ("bi!,bjk->b", "an equation for 2 operands"),
    ],
)
def test_an_equation_that_does_not_fit_is_refused(equation: str, reason: str) -> None:
    with pytest.raises(ModelError) as caught:
        import_model(case("Einsum", A, B, equation=equation).model())
    assert reason in str(caught.value) or "einsum" in str(caught.value).lower()
