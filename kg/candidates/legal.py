"""The legal forms of companies, as they stand at the end or the beginning of a name.

Our own list: see docs/decisions/0005-organisation-names.md. To add a form, write it as ``names.words`` spells it: in
lower case, without accents and dots.
"""

from __future__ import annotations

_LAST = """
    inc | incorporated | corp | corporation | co | company | and co | and company | ltd | limited | llc | llp | lllp
    lp | plc | pllc | pbc | pty | pte | pvt | private | cic | unlimited | ulc

    ag | gmbh | ggmbh | mbh | kg | kgaa | ohg | gbr | ug | ug haftungsbeschrankt | e v | ev | eg | se
    aktiengesellschaft | gesellschaft mit beschrankter haftung | sarl | sagl

    bv | nv | vof | cv | bvba | sprl | srl | vzw | asbl | besloten vennootschap | naamloze vennootschap

    sa | sas | sasu | eurl | snc | sca | scs | scop | gie | societe anonyme | sa rl
    spa | sapa | scarl | scpa | soc coop | societa per azioni
    sl | slu | sau | slne | sociedad anonima | sociedad limitada | sa de cv | s de rl de cv | srl de cv | sab de cv
    sab
    ltda | lda | eireli | sociedade anonima | cia | sgps

    ab | publ | hb | kb | as | asa | ans | aps | ivs | is | ks | ps | oy | oyj | ky | hf | ehf
    aktiebolag | aksjeselskap

    sro | spol s ro | vos | akciova spolecnost | sp z oo | spolka z oo | sp j | sp k | spolka akcyjna | doo | dd | ad
    kft | zrt | nyrt | rt | bt | ood | eood | ead | uab | mb | sia | ou | kda | scrl | tov | pat | prat | ae | epe
    anonim sirketi | sti | ltd sti | sanayi ve ticaret

    ооо | оао | зао | пао | ао | ип | тов | тзов | ooo | oao | zao | pao | jsc | pjsc | ojsc | cjsc | αε | επε

    bhd | sdn bhd | berhad | tbk | persero | kk | gk | kabushiki kaisha | godo kaisha | wll | saog | saoc | saa
    fzco | fze | fz llc | fzllc | dmcc | psc | qsc | qpsc
"""
_FIRST = "pt | ooo | oao | zao | pao | ооо | оао | зао | пао | ао | тов | uab | sia | oy | ab | aktiebolaget | firma"
_JOINED = (
    *("株式会社", "有限会社", "合同会社", "合資会社", "一般社団法人", "公益財団法人", "(株)", "(有)"),
    *("股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "股份公司", "集团", "集團"),
    *("주식회사", "유한회사", "(주)"),
    'בע"מ',
    "בע״מ",
)
"""Forms that stand at either end without a space."""


def _forms(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(form.split()) for form in text.replace("\n", "|").split("|") if form.strip())


LAST = _forms(_LAST)
FIRST = _forms(_FIRST)
_LONGEST = max(map(len, LAST))


def without_joined(text: str) -> tuple[str, tuple[str, ...]]:
    """A name without the forms that stand in it without a space, and those forms.

    >>> without_joined("トヨタ自動車株式会社")
    ('トヨタ自動車', ('株式会社',))
    """
    found: list[str] = []
    for form in _JOINED:
        for rest in (text.removeprefix(form), text.removesuffix(form)):
            if rest.strip() and len(rest) < len(text):
                text = rest.strip()
                found.append(form)
                break
    return text, tuple(found)


def split_form(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a name without its legal forms, and these; at least one word stays.

    >>> split_form(("toyota", "motor", "co", "ltd"))
    (('toyota', 'motor'), ('co', 'ltd'))
    """
    found: tuple[str, ...] = ()
    while size := _last(words):
        words, found = words[:-size], words[-size:] + found
    while words[:1] in FIRST and len(words) > 1:
        words, found = words[1:], found + words[:1]
    return words, found


def _last(words: tuple[str, ...]) -> int:
    """How many words at the end are one legal form; something that is not small talk must be left."""
    for size in range(min(_LONGEST, len(words) - 1), 0, -1):
        if words[-size:] in LAST and words[:-size] != ("the",):
            return size
    return 0
