"""The bars say what they should: read back with a table of Code 128 that the library does not know of."""

from decimal import Decimal

import pytest

from kitclinic.barcodes import QUIET, code128

# ISO/IEC 15417: the widths of bar, space, bar, space, bar, space of each symbol value
WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 "
    "113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 "
    "212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 "
    "113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 "
    "314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 "
    "241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 "
    "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 "
    "211232"
).split()
STOP = "2331112"
CODE_C, CODE_B, START_B, START_C = 99, 100, 104, 105


def values(bars, width):
    """Symbol values of what is drawn, the stop pattern left off."""
    widths, at = [], QUIET
    for begins, wide in bars:
        if begins > at:
            widths.append(begins - at)
        widths.append(wide)
        at = begins + wide
    assert at + QUIET == width
    text = "".join(str(wide) for wide in widths)
    assert text.endswith(STOP)
    symbols = text.removesuffix(STOP)
    return [WIDTHS.index(symbols[index : index + 6]) for index in range(0, len(symbols), 6)]


def decoded(bars, width):
    found = values(bars, width)
    *data, check = found
    assert check == (data[0] + sum(place * value for place, value in enumerate(data[1:], 1))) % 103
    mode, text = {START_B: "B", START_C: "C"}[data[0]], ""
    for value in data[1:]:
        if mode == "C" and value == CODE_B:
            mode = "B"
        elif mode == "B" and value == CODE_C:
            mode = "C"
        else:
            text += f"{value:02d}" if mode == "C" else chr(value + 32)
    return text


@pytest.mark.parametrize(
    "text", ["KC-204417/812", "KT-30417/1", "204417/99812", "ABC/7", "A-1-B-2-C-3-D-4-E-5/1234567", "1234/5678"]
)
def test_the_bars_are_read_back_as_the_text(text):
    made = code128(text)
    assert made.text == text
    assert decoded(made.bars, made.width) == text


def test_a_scanner_finds_room_on_both_sides_and_bars_apart():
    made = code128("KC-204417/812")
    assert made.bars[0][0] == QUIET
    ends = [begins + wide for begins, wide in made.bars]
    assert all(begins > end for (begins, _), end in zip(made.bars[1:], ends, strict=False))
    assert ends[-1] == made.width - QUIET


def test_the_longest_record_number_leaves_bars_wide_enough_to_scan_on_the_smallest_label():
    made = code128("W" * 20 + "/1234567")
    assert Decimal("56.8") / made.width > Decimal("0.15")  # mm of one module, on a label of 60 mm
