"""Countries and states as Sage 100 writes them: three letters of its own, and two of a state or province.

The usual countries stand here by ISO 3166 alpha-3 (A: Sage's codes are mostly these); a company that has others names
them in `countries`.
"""

from __future__ import annotations

from typing import Final

COUNTRIES: Final = dict(
    pair.split(":")
    for pair in [
        "US:USA",
        "CA:CAN",
        "MX:MEX",
        "PR:PRI",
        "GB:GBR",
        "IE:IRL",
        "DE:DEU",
        "FR:FRA",
        "ES:ESP",
        "PT:PRT",
        "IT:ITA",
        "NL:NLD",
        "BE:BEL",
        "LU:LUX",
        "AT:AUT",
        "CH:CHE",
        "DK:DNK",
        "SE:SWE",
        "NO:NOR",
        "FI:FIN",
        "IS:ISL",
        "PL:POL",
        "CZ:CZE",
        "SK:SVK",
        "HU:HUN",
        "RO:ROU",
        "BG:BGR",
        "GR:GRC",
        "HR:HRV",
        "SI:SVN",
        "EE:EST",
        "LV:LVA",
        "LT:LTU",
        "MT:MLT",
        "CY:CYP",
        "TR:TUR",
        "UA:UKR",
        "IL:ISR",
        "AE:ARE",
        "SA:SAU",
        "ZA:ZAF",
        "EG:EGY",
        "IN:IND",
        "CN:CHN",
        "HK:HKG",
        "TW:TWN",
        "JP:JPN",
        "KR:KOR",
        "SG:SGP",
        "MY:MYS",
        "TH:THA",
        "VN:VNM",
        "PH:PHL",
        "ID:IDN",
        "AU:AUS",
        "NZ:NZL",
        "BR:BRA",
        "AR:ARG",
        "CL:CHL",
        "CO:COL",
        "PE:PER",
        "CR:CRI",
        "PA:PAN",
        "DO:DOM",
        "JM:JAM",
        "BS:BHS",
        "BB:BRB",
        "BM:BMU",
    ]
)
_STATES: Final = {
    "US": (
        "AL:Alabama AK:Alaska AZ:Arizona AR:Arkansas CA:California CO:Colorado CT:Connecticut DE:Delaware "
        "DC:District_of_Columbia FL:Florida GA:Georgia HI:Hawaii ID:Idaho IL:Illinois IN:Indiana IA:Iowa KS:Kansas "
        "KY:Kentucky LA:Louisiana ME:Maine MD:Maryland MA:Massachusetts MI:Michigan MN:Minnesota MS:Mississippi "
        "MO:Missouri MT:Montana NE:Nebraska NV:Nevada NH:New_Hampshire NJ:New_Jersey NM:New_Mexico NY:New_York "
        "NC:North_Carolina ND:North_Dakota OH:Ohio OK:Oklahoma OR:Oregon PA:Pennsylvania PR:Puerto_Rico "
        "RI:Rhode_Island SC:South_Carolina SD:South_Dakota TN:Tennessee TX:Texas UT:Utah VT:Vermont VA:Virginia "
        "WA:Washington WV:West_Virginia WI:Wisconsin WY:Wyoming GU:Guam VI:Virgin_Islands AS:American_Samoa "
        "AA:Armed_Forces_Americas AE:Armed_Forces_Europe AP:Armed_Forces_Pacific"
    ),
    "CA": (
        "AB:Alberta BC:British_Columbia MB:Manitoba NB:New_Brunswick NL:Newfoundland_and_Labrador NS:Nova_Scotia "
        "NT:Northwest_Territories NU:Nunavut ON:Ontario PE:Prince_Edward_Island QC:Quebec SK:Saskatchewan "
        "YT:Yukon_Territory"
    ),
}
STATES: Final = {
    country: {
        name.replace("_", " ").casefold(): code for code, name in (one.split(":") for one in listed.split())
    }
    for country, listed in _STATES.items()
}


def state_of(country: str, region: str) -> str:
    """The two letters of a region; "" for one that has none, which then stands in the address."""
    known = STATES.get(country.strip().upper(), {})
    text = region.strip()
    return text.upper() if text.upper() in known.values() else known.get(text.casefold(), "")
