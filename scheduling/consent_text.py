"""The consent text a new clinic begins with, in plain words; the clinic replaces it by its own."""

TITLE = "Consent to ketamine infusions for chronic pain"
BODY = """\
This is the text that comes with the software. The clinic replaces it with its own, reviewed by its physicians \
and its counsel.

What it is
Ketamine is an anesthetic. In a low dose, given slowly into a vein, it can reduce pain that has become \
chronic. You are offered five infusions on five days of one week. You sit in a chair, are awake or drowsy, and \
are watched all the time.

Not an approved use
The Food and Drug Administration has approved ketamine for anesthesia. Its use for chronic pain is off-label: \
physicians may prescribe it on the evidence there is, and there are guidelines for it, but it is not an \
approved use. It helps some patients and not others. Nobody can promise that it will help you, or for how \
long.

Common effects
During the infusion many people feel floating, dreamy, apart from their body, dizzy or drowsy; sights and \
sounds may change. Nausea, headache, a dry mouth and a faster pulse or higher blood pressure are common. These \
effects usually end within an hour or two after the infusion.

Risks
Less common are vomiting, strong anxiety or confusion, seeing or hearing things, a marked rise in blood \
pressure, an irregular heartbeat, trouble breathing, or an allergic reaction. The infusion can be slowed or \
stopped at any time, and staff are trained and equipped to treat these. Repeated use over a long time can harm \
the bladder and the liver and can lead to misuse. Ketamine is not given in pregnancy. Other risks may exist \
that are not yet known.

What you do
Tell us about all your illnesses, medicines, drugs and alcohol, and about any chance of being pregnant. Follow \
what you are told about eating and drinking before the infusion. On each infusion day a person you know takes \
you home. You do not drive, use machines, sign contracts or care for children alone until the next morning.

Other ways
Instead of ketamine, or together with it, there are medicines, physical therapy, psychological treatment, \
procedures, and doing nothing new. You can choose any of them. Your physician will talk with you about what \
fits you.

Your choice
Taking part is voluntary. You can say no, stop an infusion, or take back this consent at any time, without a \
reason and without losing any other care.

Your questions
Ask everything you want to know before you sign. By signing you say that you have read this or had it read to \
you, that your questions were answered, and that you agree to the infusions."""
