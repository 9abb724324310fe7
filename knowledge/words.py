"""Words that say how one writes and not what one looks for."""

_ALL = """
a an the and or but if as by no not for are was were is be been it its to of in on at with from
this that these those has have had does did do can cannot could will would when while after before
since into onto out off our your their my me we you he she they i still again please above below
over under more than too all any some one two who what why how where which get need want work
works working doesn't don't isn't there here just also then der die das und oder ist sind ein eine
einen einem einer mein meine meinen ich wir ihr sie wie was wer wo nicht mehr kann habe hat haben
den dem des mit von für auf zum zur geht wird beim bei aus nach seit wenn dass auch noch nur schon
bitte man
"""
SMALL = frozenset(_ALL.split())
