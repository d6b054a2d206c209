"""What an operation is made of besides posts: roles, followers, infrastructure, ads, sites."""

from __future__ import annotations

from unswarm.model.tables import BYTES, INTEGER, REAL, TEXT, Field, Table

ROLE = Table(
    "role",
    "An account holds a role in a page, a group, a channel or for an advertiser.",
    (
        Field("account", TEXT, "who holds it; null where the source only counts people"),
        Field("role", TEXT, "administers, moderates, member, advertises, owns"),
        Field("target", TEXT, "the page, group, channel or advertiser"),
        Field("time", INTEGER, "since when, milliseconds UTC; null: unknown"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
        Field("until", INTEGER, "when it ended, milliseconds UTC; null: it has not, or unknown"),
        Field("country", TEXT, "the country it is exercised from; null: unknown"),
        Field("people", INTEGER, "how many people the row stands for; null: one"),
    ),
)

FOLLOW = Table(
    "follow",
    "An account follows a page, an account or a channel. Followers are an audience, no accounts.",
    (
        Field("account", TEXT, "who follows"),
        Field("target", TEXT, "who is followed"),
        Field("time", INTEGER, "since when, milliseconds UTC; null: unknown"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
        Field("country", TEXT, "the follower's country; null: not known"),
    ),
)

INFRASTRUCTURE = Table(
    "infrastructure",
    "An account used something that machines can be told apart by.",
    (
        Field("account", TEXT, "the account"),
        Field("medium", TEXT, "ip, network, device, phone, payment, email, pattern, invite, app"),
        Field("value", TEXT, "a keyed hash of the value; the value itself is not kept"),
        Field("time", INTEGER, "when, milliseconds UTC; null: unknown"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
        Field("country", TEXT, "the country it points to, as the source states it"),
    ),
)

RENAME = Table(
    "rename",
    "An account changed its name, its handle, its owner or its country.",
    (
        Field("account", TEXT, "the account"),
        Field("what", TEXT, "name, handle, owner, country"),
        Field("before", TEXT, "what it was"),
        Field("after", TEXT, "what it became"),
        Field("time", INTEGER, "when, milliseconds UTC; null: unknown"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
    ),
)

REVISION = Table(
    "revision",
    "A post was edited or deleted, or an account deleted with all its posts.",
    (
        Field("account", TEXT, "the author; null where the source does not say"),
        Field("post", TEXT, "the post; null: every post of the account"),
        Field("time", INTEGER, "when, milliseconds UTC; null: unknown"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
        Field("what", TEXT, "edited, deleted"),
        Field("text", TEXT, "the text it has since; null: none"),
    ),
)

AD = Table(
    "ad",
    "An advertisement, with what was paid for it. Ranges stay ranges.",
    (
        Field("ad", TEXT, "its id"),
        Field("account", TEXT, "the page or account it ran for"),
        Field("platform", TEXT, "facebook, google …; null when unknown"),
        Field("payer", TEXT, "who paid, as the disclaimer says"),
        Field("time", INTEGER, "when it began, milliseconds UTC"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
        Field("until", INTEGER, "when it ended, milliseconds UTC; null: it runs, or unknown"),
        Field("currency", TEXT, "ISO 4217 code of the spend"),
        Field("spend_low", INTEGER, "at least as much was spent, hundredths of the currency"),
        Field("spend_high", INTEGER, "at most as much; null: the range is open"),
        Field("impressions_low", INTEGER, "shown at least as often"),
        Field("impressions_high", INTEGER, "shown at most as often; null: open or unknown"),
        Field("clicks", INTEGER, "how often it was clicked"),
        Field("url", TEXT, "where it leads, cleaned of tracking parameters"),
        Field("domain", TEXT, "the registered domain of that"),
        Field("targeting", TEXT, "at whom, as the source writes it, one part per line"),
        Field("text", TEXT, "its text"),
    ),
)

REDIRECT = Table(
    "redirect",
    "An address that leads to another one: a shortener's, a redirector's.",
    (
        Field("url", TEXT, "the address, cleaned of tracking parameters"),
        Field("target", TEXT, "where it leads, cleaned of tracking parameters"),
        Field("domain", TEXT, "the registered domain of that"),
    ),
)

SITE = Table(
    "site",
    "Something a crawl saw on a site by which its owner can be told.",
    (
        Field("domain", TEXT, "the registered domain of the site"),
        Field("trait", TEXT, "analytics, ads, verification, certificate, address, registrant"),
        Field("value", TEXT, "the id, the fingerprint, the address"),
        Field("time", INTEGER, "when it was seen, milliseconds UTC; null: unknown"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
    ),
)

RATE = Table(
    "rate",
    "What one unit of a currency was worth in another one; nothing is converted without.",
    (
        Field("currency", TEXT, "ISO 4217 code of what was paid"),
        Field("into", TEXT, "ISO 4217 code of what it is given in"),
        Field("rate", REAL, "units of `into` for one unit of `currency`"),
        Field("time", INTEGER, "since when it holds, milliseconds UTC; null: always"),
    ),
)

AUDIENCE_SKETCH = Table(
    "audience_sketch",
    "A set of people as a sketch that can be merged with others, where lists cannot be given.",
    (
        Field("target", TEXT, "whose audience it is"),
        Field("relation", TEXT, "follow, member, saw"),
        Field("country", TEXT, "whose people it holds; null: everybody"),
        Field("method", TEXT, "hll or theta, of Apache DataSketches"),
        Field("sketch", BYTES, "the serialised sketch"),
    ),
)

OPERATION = {
    table.name: table
    for table in (
        ROLE,
        FOLLOW,
        INFRASTRUCTURE,
        RENAME,
        REVISION,
        AD,
        REDIRECT,
        SITE,
        RATE,
        AUDIENCE_SKETCH,
    )
}
