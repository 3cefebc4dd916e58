"""In which orders of roles does somebody tell of danger?

By kinds of danger, each a table of orders over the roles of `vocabulary/danger.txt`: who or what, and what makes it
present, with so many words between as `~3` says (of the same sentence, commas among them). A new way to tell of it is
most often one more word in the vocabulary, sometimes one more order here. `danger` says when none of it counts.
"""

from __future__ import annotations

from typing import Final

from agents.messaging.roles import Vocabulary

DANGER: Final = Vocabulary("danger")

BODY: Final = (
    # cannot breathe
    "<not> ~2 <breathe>",
    # the throat closes
    "<airway> ~4 <swelling|wounded>",
    "<eye|limb> ~3 <swelling>",
    "<one_side> ~4 <numb|swelling|broken|wounded>",
    "<limb> ~2 <numb>",
    "<numb> ~2 <one_side|limb>",
    "<airway|eye> ~3 <fire|smoking>",
    "<limb> ~2 <fire>",
    "<through> <the> <limb|eye>",
    "<airway> ~3 <colour>",
    # somebody is unconscious, but "I collapsed the bike"
    "<person|child|limb> ~4 <unconscious|collapse> (?!<the>)",
    "<unconscious|collapse> <.>",
    "<unconscious|collapse> ~1 <person|child>",
    "<person> <helpless> <.|,|?>",
    # bleeding
    "<blood> ~4 <much|cant_stop>",
    "<much|cant_stop> ~3 <blood>",
    "<limb> ~4 <blood>",
    "<person|child> ~3 <blood> (?!<the>)",
    "<not> ~2 <blood>",
    "<blood_thinner> .* <blood|grave>",
    "<blood|grave> .* <blood_thinner>",
    "<blood> ~2 <not>",
    # wounded, broken, burnt
    "<person|child|airway|limb|eye> ~4 <wounded>",
    "<wounded> ~1 <the> <limb|airway|eye>",
    "<limb|airway|eye> ~4 <broken>",
    "<broken> ~1 <the> <limb|airway|eye|child>",
    "<broken> ~2 <the> <person|child>",
    # in the eye, on the skin
    "<inedible|corrosive> ~4 <in> ~1 <the>? <eye>",
    "<corrosive> ~6 <limb|airway|eye>",
    "<in> ~1 <the> <eye> .* <blood|unconscious|collapse|swelling>",
    "<in> ~1 <the> <eye> ~6 <not>",
    "<limb> <^.|,|?>{0,3} <colour>",
    "<in> ~1 <the> <limb|airway|eye> .* <blood|wounded>",
    # a hand is caught
    "<limb|child|loose> ~3 <stuck_in>",
    "<stuck_in|failing> ~2 <the>? <airway>",
    "<stuck_in> ~2 <limb>",
    "<limb> ~3 <trapped>",
    "<site> ~2 <in> ~1 <the> <limb>",
    "<limb> ~3 <failing>",
    "<grave>",
    # swallowed
    "<person|child> ~3 <eat> ~4 <inedible|gas|corrosive|battery>",
    "<child> ~4 <inedible> ~4 <eat>",
    "<person|child> ~1 <swallow>",
    "<child> ~5 <in> ~1 <the>? <airway|limb>",
    # no oxygen, no inhaler
    "<lifeline> ~5 <used_up|not|failing>",
    "<used_up> ~7 <lifeline>",
    "<not> ~2 <lifeline>",
    "<call> ~2 <lifeline>",
    # the boiler, and everybody dizzy
    "<boiler|gas> .* <dizzy>",
    "<dizzy> .* <boiler|gas>",
    # lost a finger
    "<lost> ~1 <the> <limb>",
    # unable to move
    "<fall|failing|accident|numb> ~4 <helpless>",
    "<broke> <the> <limb>",
    "<helpless> <the>? <limb|airway>",
    "<airway> ~2 <pain>",
    # too many pills
    "<swallow> ~3 <inedible|battery>",
    "<child> ~2 <eat> ~2 <inedible.pills>",
    "<took|eat|swallow> ~2 <amount|number> ~3 <inedible>",
)
PLACE: Final = (
    "<hazard>",
    "<^person> <exploded>",
    "<battery> ~2 <leak>",
    "^ <.> <fire> <.>",
    # things burn or smoke
    "<site|boiler|electrics> ~6 <fire>",
    "<site|boiler|electrics|battery> ~6 <smoking>",
    "<boiler> ~8 <fire>",
    "<fire> ~4 <site|boiler|electrics>",
    "<fire> ~1 <in|much>",
    "<in|person> ~1 <fire> <.>",
    "<battery> ~4 <pressure|swelling|fire|smoking>",
    "<electrics> ~3 <pressure>",
    # gas
    "<leak> ~4 <gas>",
    "<gas_pipe> ~3 <broken|broke|failing|leak|wounded>",
    "<gas> ~3 <leak>",
    "<leak> ~2 <fire>",
    "<gas> ~4 <dizzy|unconscious|collapse>",
    "<boiler> .* <leak> ~1 <.>",
    "<gas> ~2 <dizzy>",
    # alarms
    "<co_alarm> ~3 <sounding|beeping>",
    "<alarm> ~3 <sounding>",
    "<co_alarm|alarm> ~2 <much|cant_stop>",
    "<sounding> ~3 <alarm|co_alarm>",
    "<gas> ~1 <sounding>",
    # water at the electrics
    "<reading> ~2 <gas.monoxide>",
    "<gas.monoxide|co_alarm> ~3 <reading|dizzy>",
    # water that comes in
    "<site.building> ~2 <water.flooding>",
    "<water.flooding> ~3 <site.building>",
    "<pipe> ~2 <failing.bursting|broke>",
    "<failing.bursting> ~1 <pipe>",
    # lines that are down
    "<site.wire> ~2 <fall|used_up|collapse>",
    "<water> ~7 <electrics>",
    "<electrics> ~4 <water>",
    "<water> ~3 <site> ~3 <electrics>",
    # what is built gives way
    "<site.building|depth> ~1 <collapse>",
    "<collapse> <in> <person|child>",
    # about to burst
    "<site|boiler> ~3 <pressure> ~3 <pressure>",
    "<pressure> ~2 <pressure> ~4 <site|boiler>",
)
ROAD: Final = (
    # no brakes while driving
    "<brakes> ~5 <failing> .* <driving>",
    "<driving> .* <brakes> ~5 <failing>",
    "<brakes> ~1 <failing> ~3 <driving>",
    "<failing> ~1 <driving>",
    "<failing> .* <driving>",
    "<out_of_control>",
    "<person|.> <cant_stop> <the> <site>",
    # standing on the tracks
    "<site|brakes|person> ~8 <roadway>",
    "<roadway> ~2 <site> <failing|broke>",
    "<stopped_in> ~3 <roadway|driving>",
    # off the road, in the river
    "<site> ~2 <off_road>",
    "<off_road> ~4 <depth|site>",
    "<person> ~2 <off_road> ~3 <depth>",
    "<gone_into> ~2 <depth>",
    # trapped
    "<person|child> ~4 <stuck_in> ~2 <site|depth|roadway>",
    "<.|,> <word>? <stuck_in> ~2 <site|depth>",
    "<.|,> <trapped.fast>",
    "<stuck_in> ~5 <child>",
    "<child> ~1 <in> <site> <word>? <stuck_in|trapped>",
    "<person|.|,> <word>{0,2} <stopped_in> ~2 <site.building|depth>",
    "<stuck_in> ~5 <trapped>",
    "<fall> ~3 <site> ~3 <person|child> ~1 <in> <.|,>",
    "<person|child|site> ~4 <trapped>",
    # fallen
    "<child> <^.|?|limb|word>{0,2} <fall> (?!<inedible> <used_up>)",
    "<fall> ~5 <unconscious|collapse|wounded|blood>",
    "<fall> ~2 <person|child> <.|,|?>",
    "<the> <person> ~1 <fall>",
    "<fall> ~4 <airway>",
    "<person> ~2 <fall> ~2 <depth|site>",
)
ACCIDENT: Final = (
    "<person|the> ~2 <have> <the>? <word>? <accident>",
    "<person> ~1 <in> <the>? <word>? <accident>",
    "<.|,> <accident> ~1 <the> <site>",
    "<person|child|.|,> <word|have>{0,2} <accident.struck> <the>? <site>",
    "<person> ~2 <accident> <.|,|?>",
    "<accident> ~6 <unconscious|collapse|wounded|blood>",
    "<person|child> ~3 <accident> ~1 <the> <site>",
    "<site> ~1 <have> <accident>",
)
HARM: Final = (
    # armed
    "<person> ~5 <with> ~2 <weapon>",
    "<.|,> <with> ~1 <weapon>",
    "<person.other> ~1 <have> ~1 <weapon>",
    # a crime
    "<person.other> ~2 <attack>",
    "<crime>",
    # beaten
    "<person> ~2 <hurt> ~1 <person|the|child|limb>",
    "<hurt> <the>? <person|child>",
    # a child is gone
    "<child> ~4 <missing>",
    "<missing> ~3 <child>",
    "<lost> <the>? <child> <.|,|?|person|in>",
)
HELP: Final = (
    "<call> ~2 <rescuers>",
    "<rescuers> <help>",
    "<.|,> <the>? <rescuers> <word|help>{0,2} <.|,>",
    "<cry>",
    "^ <.> (?:<help|plea> <.|,>?)+ $",
)
SELF_HARM: Final = ("<self_harm>", "<harm|hurt|broken|unconscious|collapse|inedible> <oneself>")
TELLING: Final = (  # of danger each, but only together with another or with a call for help
    "<fire>", "<water.flooding>", "<gas.monoxide>", "<co_alarm>", "<unconscious|collapse>", "<wounded>", "<broken>",
    "<blood>", "<helpless>", "<dizzy>", "<numb>", "<swallow>", "<lifeline>", "<trapped>", "<accident.struck>",
    "<weapon>", "<hurt>", "<crime>",
)  # fmt: skip
CALLING: Final = ("<rescuers>", "<^the> <help|plea> <.|,|?>", "<.|,> <help|plea>")
