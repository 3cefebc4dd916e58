"""In which orders of roles does somebody wish for no more messages?

By kinds of wishes, each a table of orders over the roles of `vocabulary/leaving.txt`: what removes me from a list, an
ending before something written, a refusal before writing to me, consent taken back. A new turn of phrase is most often
one more word in the vocabulary, sometimes one more order here. `leaving` says what must not stand around a wish.
"""

from __future__ import annotations

from typing import Final

from agents.messaging.roles import Vocabulary

LEAVING: Final = Vocabulary("leaving")

_NUMBER = "(?:<my> <word|details|my>? <details>|<this_number>)"  # my number
_MINE = f"(?:{_NUMBER}|<me>)"  # me, or my number
_END = "<please>* (?=<.|,|?|and>)"
_FILL = (  # what may stand between an ending and what ends
    "(?:<small|the|your|again|receive|get|please|no_more|with|for|off|be|still>|<sending> <me>?)*"
)
_GONE = "(?:<remove>|<be> <take> <off.list>)"

OFF: Final = (  # me, or my number, off the list
    f"<remove|take|get|ending_texts|put|lose> (?:{_MINE}|<it>|<the>) <small|the|word|please>? <off>{{1,2}} "
    f"<small|the|your|word|my>{{0,4}}? <list|text|texts> (?!<for> "
    f"<^text|texts|writing|list|again|.|,|?|please>)",
    f"<remove|take|get|lose> {_MINE} <off> <the|small>* <your> <word|details|thing> (?!<shop_list>)",
    "<want|take|be|get> <small|receive|me|be|get>* <off> <the|your|small>* <word>? <list|texts>",
    f"<.|,|?|and> <please|small>* <off> <your|the>+ <word>? <list|text|texts> {_END}",
    f"{_NUMBER} <small|receive|word|want|not|the|be|take>{{0,4}}? (?:<remove>|<take> <off> {_END}|<off> "
    f"<your|the> <word>? <list|text|texts> (?!<for>))",
    f"<.|,|?|please|and|tell> <remove> <off> <the|your>* <word>? <list> {_END}",
    f"<my> <remove> {_END}",
    "^ <.> <please>* <remove|lose> <please>* <details|no>? <please>* <.> $",
    f"<want|tell> <word>? <small|be|someone|receive|get>* {_GONE} (?!<the|my>? <word>|<off> <the|my>? "
    f"<^list|text|texts|your|the|my>)",
    f"<.|,|someone|want|please> <small|please>* <be> {_GONE} (?!<off> <the|my>? <^list|text|texts|your|the|my>)",
    f"<remove|lose|ending_texts> <the|your|small|details>{{0,3}} {_NUMBER} (?!<for>|<off>)",
    f"<take> {_NUMBER} <off> {_END}",
    "<remove|lose> <the>? <word>? <details>? <you> <word|receive|get|ending_texts>{1,2} <in|off> <me>",
    f"<lose> <you> <again|receive|word>{{1,3}} (?:<me>|{_NUMBER})",
    f"<remove> <me> {_END}",
    f"<remove|take|get> <me> <off> (?:<the>+ <thing|small>?|<this_number>|<thing>|<it>|<small>)? {_END}",
    f"<get> <off.list> <the|your|small|this_number> {_END}",
    "<withdraw> <me>? <off> <your|the> <word>? <text|list|texts>",
    f"<put> (?:{_MINE}|<the>|<you|your|small>)? "
    f"<me|my|details|this_number|the|you|your|small|word|off|in|for>{{0,6}}? (?:<block_list>|<not> "
    f"<text|calling|writing> <list>?|<unsubscribe>|<no|no_more> <small>? <texts|text>)",
    f"<want|someone|tell> <small>? <leave> (?:<the>|<your>) <word>? <list> {_END}",
    f"<leave> <off> <the>? <list> {_END}",
    f"<leave> <me> <off> <small>? <the|your|again>* (?:{_END}|<word>? <list|texts|text>)",
    "<be> <leave> <off> <small>? <the|your>+ <word>? <list|text|texts>",
    f"<not> <please|small>* <put> (?:{_MINE})? <in> <the|another|your|no_more>* <word>? <list>",
    f"{_NUMBER} <small>* <not> <small>* <be> <in> <the|your> <word>? <list>",
    "<not> <small>* <be> <in> <your|the> <word>? <list>",
    "<tell> <the>? <someone> <not> <in> <the|your>* <word>? <list>",
    "<in> <the|your> <block_list>",
    f"{_NUMBER} <small>? <not> <for> <your>? <text|texts>",
    "<want> <small>* <be> <block_list>",
    "<be> <leave> <alone>",
    f"<.|,|?> <^?>*? (?:{_NUMBER}|<list>) <^?>* <^not|?> <remove> <it> {_END}",
    f"<not|ending.plain> <small>* <small.use> {_NUMBER} (?!<for>)",
    f"{_NUMBER} <^?>* <not> <small.use> <it> {_END}",
    "<.|,|?|please> <lose> <me> <please>* <.>",
)
ENDING: Final = (  # an ending, and what ends
    "<ending.plain> <writing> <me> <off|again|small>",
    f"<remove> <the> <text> {_END}",
    "<turn> <the|your|my>* <texts|text> <off.list>",
    f"<remove> <the|your|my|small>* <texts> (?:{_END}|<for> {_NUMBER})",
    f"<remove> <my> <text> {_END}",
    "<ending.plain|ending_texts> <the|my|your|small>* <list.texts>",
    "<ending.plain> <sending> <me> <my|your|the>* <thing|texts|text>",
    f"<texts> <.|,>? <someone> <off.out> {_END}",
    f"<ending> {_FILL} <word>? {_FILL} <writing|text|texts|thing>",
    f"<ending> {_FILL} <calling> (?:{_MINE}|<and>|{_END})",
    f"<ending> <tell> (?:<me>|{_END})",
    "<ending> <word|the>{0,2} <small> <this_number>",
    f"<ending> <sending> <me|the|small>* (?:<the|thing|texts|text|no_more>|{_END})",
    "<ending> <sending> <me|the|small|again|no_more|it>* <word|calling|another>{0,2} <texts|thing>",
    "<ending> <receive|get> <the|it>",
    "<ending> <small>* <word>? <me> <the|again>* <thing|texts>",
    f"<ending_texts> <small|the|your|my|again|receive|sending|me|please|this_number|get>* <word>? "
    f"<the|your|list>? <small>? <the|your>? (?:<texts>|<text> {_END}|<text> <for> {_NUMBER})",
    "<ending_texts> <my> <word>? <small>? <your>? <text|list>",
    f"<texts> <small|word|receive|want|the|be|not|someone>{{0,3}} (?:<ending>|<ending_texts> {_END})",
    "<tell|want|another> <word|be>* <you>? <ended> <small|the|your>* <writing|text|texts>",
)
REFUSAL: Final = (  # not, and writing to me
    f"<no> <writing|text> <again> {_END}",
    f"<text|writing> <me> <no_more> {_END}",
    f"<not> <you|small|again|want|please|be|take|tell>* <writing>? <writing|text> (?:<and> "
    f"<calling>|<calling>)? (?:<small|in>? (?:<me|this_number|it|again|back>|{_MINE})|<please>* "
    f"(?=<.|,|?>|<and> <not>))",
    "<not> <you|small|again|please>* <calling> <and> <writing|text>",
    f"<not> <sending> <me> <the> {_END}",
    "<not> <please|small|get|be>* <sending> <me|the|small|again|your|this_number|no_more>* <word>? <texts|text|thing>",
    "<nobody> (?:<off> <you>|<this_number>|<small>)? (?:<small>+ <writing|text>|<want> <the|your>* <texts>)",
    "<small|not>* <not> <small|again>* <be> <writing|text>",
    f"<not> <small|please>* <sending>? (?:{_NUMBER}|<it>) <again>",
    "<not> <small>* <be>? <hear> <off> <you> <again>",
)
NO_MORE: Final = (  # none of it any longer, whoever says so
    "<no_more> <small|the|your>* <calling> <and> <texts|text|writing>",
    f"<tell> <no_more> {_END}",
    "<ending.plain> <and> <small|someone|word>{0,2} <threat>",
    "<threat> <^.|?>{0,4} <text|writing> <again>",
    "<threat> <small|word> <text>",
    "<no_more> <small|the|your|again>* <word>{0,2} <texts|text|writing>",
    "<want> <small|get|receive|be>* <no|no_more> <small|the|your|again>* <word>? <texts|text>",
    f"(?:<.|,|and>|<when> <in>) <please|small|and|someone|want>* <no|no_more> <small>* <word>? "
    f"(?:<texts>|<text>) <small|this_number>? (?:{_END}|<off> <you>)",
    "<no> <texts|calling> <and|,>* <no> <texts|calling>",
    "<no_more> <word|again>* <be|again|take|small>+ <sending>",
    f"<.|,> <please>* <no_more> <off> <you> {_END}",
    "<no_need> (?:<take> <writing|text>|<writing|text> (?:<me>|<this_number>)? <again>)",
    "<last_one> <text|texts>",
    "<off> <with> <your|the> <texts>",
    "<take|small.use> <your|the> <texts> <alone>",
    "<again> <word>? <text|texts> <^.|?>{0,8} <threat>",
    "<writing|text> <me> <again> <^.|?>{0,8} <threat>",
    "<another> <you|someone|the> <^.|?>{0,6} <text|texts|writing> <^.|?>{0,8} <threat>",
    "<texts|text> <small>? <threat>",
    "<block_list> <and> <threat>",
    "<writing|text> <me> <small>* <threat>",
    "<threat> <you> <another>",
    "<threat> <this_number>",
    "<writing> <and> <small|someone|word>{0,2} <threat> <you>",
    "(?:<block_list>|<tell|writing|sending> <ending.plain>) <^?>*? <still>",
    "<block_list> <number>? <times>",
    "<why> <small>? <someone|you>+ <still|take|small.use> <get|small|receive|sending>* <in>? <the|your>? <word>? "
    "<list|texts|text|writing>",
    "<writing|tell|sending> <ending.plain> (?:<word>? <number>? <times>|<number> <times>|<please> "
    "<and>|<and> <you|someone>)",
    f"<take|small.use> <writing|text> <me> <.|,> <please>* <not> {_END}",
)
UNWANTED: Final = (  # a wish not to get them, or consent taken back
    "<not> <word|receive|small|get|again>{0,3} <my|you>? <consent> <small>? <me>? <writing|text|sending>",
    "(?:<not> <word|small|you|again|someone|please>* <want>|<not_wanting>) "
    "<small|receive|the|be|again|your|sending|for|no_more|want|get|tell>* <word>? (?:<texts|writing>|<text> "
    "(?!<word>))",
    "(?:<not> <word|small|you|again|someone|want|please>* <want>|<not_wanting>) <small|be|want>* (?:<hear> "
    "<again>{0,2} <off|your>|<hear|again>* <in> (?:<your> <texts>|<thing>))",
    "<not> <word|small|you|again|someone|take|me|be>* (?:<receive>|<get>) <again> <text|texts>",
    f"<want|small> <not> <small>? <get|receive> (?:<the> <again>|<the>? <texts>|<the> {_END})",
    "(?:<not> <word|small|you|again|someone|want>* <want>|<not_wanting>) <small|be>* <be|put|leave>? "
    "<small|in|word>{1,2} <the|your|no_more>* <word>? <list>",
    "<not> <word|small|again>* <want> <small|thing.passing|no_more> <again>* "
    "<small|thing.passing|no_more>? <off> <you|your>",
    "<withdraw> <small|the|your|word|my>{0,4}? <consent> (?!<for> <the|my>? <word>)",
    "<my|the>? <consent> <someone|small|word|take|get|text>{0,4} <withdraw>",
    "<not> <consent> <small> <get|take|receive|the|your|my|be>* <text|texts|writing>",
    "<text|texts> <in|this_number>+ <small>? <not> <consent>",
    "<the>? <texts|text> <small>* <unwanted>",
    f"<object> <you|your|small|the|get>* <word>? (?:<texts>|<writing>|<text>|{_NUMBER})",
)
FIRST: Final = (  # the bare word as the first sentence
    "^ <.> <please>* <ending.plain> <please>+ <someone|you|not>",
    "^ <.> <please>* <ending.plain> <please>* <.>",
    "^ <.> <please>* <ending.plain> <someone> <small>* <not>",
    "^ <.> <please>* <ending.plain> <please>* <.|,> <wrong>",
    "<wrong> <.|,> <please>* <ending.plain>",
)
PLAINLY: Final = (  # to be left alone, and the bare word as the last one
    "<you> <small|please>* <writing.harass> <me>",
    f"<leave> (?:{_MINE}) <word>{{0,3}} <alone>",
    f"<leave> <me> <be> {_END}",
    f"<take> <me> <be> {_END}",
    f"(?:<want|tell>|<please> <and>) <small|please|for|the>* <you> <small|please|not|word|the>* <ending.plain> {_END}",
    "(?:^|<.|,|?|and>) <please|tell|someone|you>* <ending.plain> <please|it|.>* <.|?> $",
    "<.|?> <please>+ <ending.plain> <.>",
    "^ <.> <please|no>* <no_more.of_it> <please|no>* <.> $",
    f"<.|?> <someone> <want> <off> {_END}",
    "<tell> <ending.plain> <please|it>* <.> $",
    "<please>+ <ending.plain> <the|it> <please>* <.|?> $",
    "<you> <small>* <ending.plain> <please>+ <.> $",
)
ALL_THERE_IS: Final = (  # says enough where the message is about texts, a list or a number, or about nothing else
    f"<ending.plain> <the|it> {_END}",
    f"<word|small> <the|it> <ending.plain> {_END}",
    "<.> <please>* <ending.weary> <please>* <.>",
    f"<not_wanting> <receive|get> <the> {_END}",
    "<not> <word|receive|small|get|again>{0,3} <my|you>? <consent> (?!<small> "
    "<^writing|text|sending|this_number|you|get|the|small>|<word|another>) <you>? (?!<small>? <word|another>)",
)
NOTHING_ELSE: Final = ("(?<!<someone|it>) <ending.plain> (?!<in>)",)  # an ending in a message about nothing else
LEANING: Final = (  # says enough only where texts, a list or a number are what the message is about
    f"<threat> <you> {_END}",
    f"<.|,|?|and> <please>* <no_more> {_END}",
    f"<not> <want> <the|it> <the>? <again>* {_END}",
    f"<want> <off> <small|the>* {_END}",
    f"<.|,|?|and> <please>* <remove> {_END}",
    f"<not> <sending> <me>? <again|no_more|the>+ {_END}",
    "<not> <get|receive> <again>",
    f"<get> <no_more> {_END}",
    f"<.|,|?> <please>* <not> <again> {_END}",
    f"<want> <no|no_more> {_END}",
)
ABOUT: Final = LEAVING.pattern(
    "<texts|list>", _NUMBER, "<the|your|another> <text|thing>", "<writing> <me>", "^<.> <not_wanting>",
    "<ending.plain> <writing|text>",
)  # fmt: skip
ELSE: Final = LEAVING.pattern("<word|number|shop_list|another|when>")  # what else a message may be about
