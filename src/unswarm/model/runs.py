"""What was rejected, and what a run makes of the events."""

from __future__ import annotations

from unswarm.model.tables import BOOLEAN, INTEGER, REAL, TEXT, Field, Table

QUARANTINE = Table(
    "quarantine",
    "A row of a source that could not be used, with the reason.",
    (
        Field("source", TEXT, "the file"),
        Field("line", INTEGER, "1-based line or record of the file"),
        Field("field", TEXT, "the column or key at fault; null: the whole row"),
        Field("reason", TEXT, "what is wrong with it"),
        Field("content", TEXT, "the beginning of the row as found"),
    ),
)

TRACE = Table(
    "trace",
    "One account touched one object, for the first time, in one signal.",
    (
        Field("signal", TEXT, "the signal that sees it"),
        Field("account", TEXT, "the account"),
        Field("object", TEXT, "what was touched: a link, a text, a post reposted …"),
        Field("time", INTEGER, "when, milliseconds UTC"),
        Field("post", TEXT, "the post it happened in"),
        Field("reaction", BOOLEAN, "true: an answer to a post; false: put out by itself"),
        Field("born", INTEGER, "when the object appeared, milliseconds UTC"),
        Field("source", TEXT, "where the object comes from: an author, a domain"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
    ),
)

CANDIDATE = Table(
    "candidate",
    "An account in any candidate group, named or not: most are explained, and none is accused.",
    (
        Field("account", TEXT, "the account"),
        Field("probability", REAL, "probability of being part of a coordinated network, 0 to 1"),
    ),
)

EDGE = Table(
    "edge",
    "All co-actions of two accounts of one network in one signal.",
    (
        Field("source", TEXT, "the account whose id sorts first"),
        Field("target", TEXT, "the other account"),
        Field("signal", TEXT, "the signal"),
        Field("objects", INTEGER, "distinct objects both touched within the window"),
        Field("actions", INTEGER, "pairs of traces on those objects within the window"),
        Field("expected", REAL, "occasions expected of two independent accounts (chance null)"),
        Field("p", REAL, "probability of as many occasions under the chance null"),
        Field("q", REAL, "p after Benjamini-Hochberg over all pairs that share an object"),
        Field("network", TEXT, "the network both belong to"),
        Field("min_gap", INTEGER, "smallest time between the two, milliseconds"),
        Field("window", INTEGER, "the window counted with, milliseconds"),
    ),
)

NETWORK = Table(
    "network",
    "A group of accounts that act in concert: a finding, or a lead that says why it is none.",
    (
        Field("network", TEXT, "id, kept across runs while its members largely persist"),
        Field("tier", TEXT, "confirmed or lead"),
        Field("reason", TEXT, "why a lead is no finding; empty for findings"),
        Field("accounts", INTEGER, "number of named members"),
        Field("probability", REAL, "median of the members' probabilities"),
        Field("signals", TEXT, "the signals it shows in, space separated"),
        Field("first", INTEGER, "first joint occasion, milliseconds UTC"),
        Field("last", INTEGER, "last joint occasion, milliseconds UTC"),
        Field("top_objects", TEXT, "the objects most members touched together, one per line"),
        Field("inauthenticity", TEXT, "kinds of evidence of inauthenticity, space separated"),
        Field("label", TEXT, "what may be said of it; empty for leads"),
        Field("p", REAL, "smallest Bonferroni-corrected p that declared it"),
        Field("occasions", INTEGER, "occasions on which members could have acted together"),
        Field("together", INTEGER, "occasions on which they did"),
        Field("expected", REAL, "occasions the innocent explanations account for"),
        Field("lift", REAL, "together / expected"),
        Field("days", INTEGER, "days with a joint occasion"),
        Field("objects", INTEGER, "objects touched together"),
        Field("exclusive", REAL, "share of those objects that no other account touched"),
        Field("stability", REAL, "share of the grid of settings in which it stands; null: not run"),
        Field("strength", TEXT, "strong, moderate or weak, tied to the figures above"),
        Field("confirmed_in", TEXT, "signal, window and half of each confirmation, one per line"),
        Field("innocent", TEXT, "innocent explanations that fit, one per line"),
    ),
)

MEMBERSHIP = Table(
    "membership",
    "An account stands in a network by its own evidence.",
    (
        Field("network", TEXT, "the network"),
        Field("account", TEXT, "the account"),
        Field("probability", REAL, "probability that it belongs to the coordinated core, 0 to 1"),
        Field("signals", TEXT, "the signals it shows in, space separated"),
        Field("p", REAL, "probability of as many joint occasions if it were innocent"),
        Field("occasions", INTEGER, "occasions on which it could have met the others"),
        Field("together", INTEGER, "occasions on which it did, within the window"),
        Field("expected", REAL, "joint occasions its innocent explanations account for"),
        Field("stability", REAL, "share of the grid of settings that name it; null: not run"),
        Field("explanation", TEXT, "one paragraph an investigator can re-count"),
    ),
)

OCCASION = Table(
    "occasion",
    "An object on which a member met, or could have met, the others: the rows behind its p.",
    (
        Field("network", TEXT, "the network"),
        Field("account", TEXT, "the member"),
        Field("signal", TEXT, "the signal"),
        Field("window", INTEGER, "the window counted with, milliseconds"),
        Field("object", TEXT, "the object"),
        Field("time", INTEGER, "when the member touched it, milliseconds UTC"),
        Field("post", TEXT, "the member's post"),
        Field("together", BOOLEAN, "another member within the window"),
        Field("partner", TEXT, "the nearest other member"),
        Field("partner_post", TEXT, "that member's post"),
        Field("gap", INTEGER, "milliseconds between the two posts"),
        Field("outsiders", INTEGER, "accounts outside the network on the same object"),
        Field("explained", REAL, "probability of meeting them if the member were innocent"),
        Field("by", TEXT, "the innocent explanation that says so: burst, reaction or choice"),
        Field("search", TEXT, "what was searched: the signal, or several signals as one"),
        Field("half", INTEGER, "half of the data the group was found on; -1: a list brought"),
    ),
)

EVIDENCE = Table(
    "evidence",
    "One sentence about a network that can be checked.",
    (
        Field("network", TEXT, "the network it speaks of"),
        Field("measure", TEXT, "the measure that made it"),
        Field(
            "family",
            TEXT,
            "coordination, rhythm, traffic, creation, identity, amplification, photos, "
            "administration, infrastructure, concealment, advertising, audience, innocent",
        ),
        Field("inauthentic", BOOLEAN, "true: a sign of concealed or machine-made identity"),
        Field("claim", TEXT, "the sentence, with its numbers"),
        Field("value", REAL, "the measured value"),
        Field("baseline", REAL, "the same value among the other accounts in the data"),
        Field("n", INTEGER, "how many accounts or posts the value rests on"),
        Field("p", REAL, "significance after correction over networks; null: a description"),
        Field("query", TEXT, "SQL over the case's tables that lists the rows behind it"),
    ),
)

LINKED = Table(
    "linked",
    "An account that did not act with a confirmed network, and is tied to it by what they share.",
    (
        Field("network", TEXT, "the network"),
        Field("account", TEXT, "the account"),
        Field("kind", TEXT, "person, page, group, channel, advertiser; null when unknown"),
        Field("round", INTEGER, "1: tied to members; 2: tied to those of round 1 as well; …"),
        Field("probability", REAL, "probability that it belongs to the network; 0: not named"),
        Field("ties", TEXT, "what ties it, space separated: the kinds that stand by themselves"),
        Field("shared", INTEGER, "things it shares with the network, all kinds"),
        Field("p", REAL, "probability of sharing as much if it had nothing to do with it"),
        Field("q", REAL, "p after Benjamini-Hochberg over every account that was looked at"),
        Field("control", REAL, "probability that most of those who run it are the network's"),
        Field("named", BOOLEAN, "true: within the error rate of the list; false: worth a look"),
        Field("explanation", TEXT, "one paragraph an investigator can re-count"),
        Field("past", TEXT, "the case whose fingerprint it matches; null: a network of this case"),
    ),
)

COUNTERPART = Table(
    "counterpart",
    "Two accounts on two platforms that look like one hand's, or one account that came back.",
    (
        Field("network", TEXT, "the network, one id across platforms"),
        Field("account", TEXT, "the account of the network; of a past case: as its fingerprint"),
        Field("other", TEXT, "the account on the other platform, or the new one"),
        Field("platform", TEXT, "the other account's platform"),
        Field("probability", REAL, "that both belong together, 0 to 1"),
        Field("weight", REAL, "sum of the agreements' weights, bits"),
        Field("agrees", TEXT, "what agrees, one per line, each with its weight in bits"),
        Field("past", TEXT, "the past case it comes back from; null: another platform"),
    ),
)

CAVEAT = Table(
    "caveat",
    "Something this run could not see or left out, said in words.",
    (
        Field("caveat", TEXT, "short name"),
        Field("claim", TEXT, "the sentence"),
        Field("value", REAL, "the number it rests on; null: none"),
    ),
)

RUNS = {
    table.name: table
    for table in (
        TRACE,
        CANDIDATE,
        EDGE,
        NETWORK,
        MEMBERSHIP,
        OCCASION,
        EVIDENCE,
        LINKED,
        COUNTERPART,
        CAVEAT,
    )
}
