"""The columns of the archive, in its order, with what each means."""

from __future__ import annotations

import re

README = "README.md"

PROFILE = {
    "userid": "the account: its id, or a pseudonym",
    "user_display_name": "its displayed name; of an account under a pseudonym, the pseudonym",
    "user_screen_name": "its handle; of an account under a pseudonym, the pseudonym",
    "user_reported_location": "the place its profile states, as written",
    "user_profile_description": "its profile's description",
    "user_profile_url": "the address its profile names",
    "follower_count": "accounts following it; of an account under a pseudonym, the lower edge of "
    "the band of the number",
    "following_count": "accounts it follows; of an account under a pseudonym, the lower edge of "
    "the band of the number",
    "account_creation_date": "day of its creation (year-month-day), or the month or the year only",
    "account_language": "its language, as the source writes it",
}

USERS = PROFILE

TWEETS = {
    "tweetid": "the post's id",
    **PROFILE,
    "tweet_language": "the text's language, as the source writes it",
    "tweet_text": "the text as published, accounts replaced",
    "tweet_time": "when it was posted, UTC, to the minute (year-month-day hour:minute)",
    "tweet_client_name": "the program it was posted with",
    "in_reply_to_userid": "the account it answers",
    "in_reply_to_tweetid": "the post it answers",
    "quoted_tweet_tweetid": "the post it quotes",
    "is_retweet": "True: it reposts another post; False: it does not",
    "retweet_userid": "the account it reposts",
    "retweet_tweetid": "the post it reposts",
    "latitude": "absent: the case holds no positions",
    "longitude": "absent: the case holds no positions",
    "quote_count": "blank: the case holds no single counts",
    "reply_count": "blank: the case holds no single counts",
    "like_count": "blank: the case holds no single counts",
    "retweet_count": "blank: the case holds no single counts",
    "hashtags": "its hashtags without the sign, a Python list",
    "urls": "the addresses it links, cleaned, a Python list",
    "user_mentions": "the accounts it mentions, a Python list",
    "poll_choices": "blank: the case holds no polls",
}

UNFILLED = (
    *("latitude", "longitude", "quote_count", "reply_count", "like_count", "retweet_count"),
    "poll_choices",
)

IDS = frozenset(("userid", "in_reply_to_userid", "retweet_userid", "user_mentions"))
"""Columns that hold whole ids: one id within another is no leak."""

_DAY = re.compile(r"\d{4}(-\d\d){0,2}")
TYPED = {
    "follower_count": re.compile(r"\d+"),
    "following_count": re.compile(r"\d+"),
    "account_creation_date": _DAY,
    "tweet_time": re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"),
    "is_retweet": re.compile("True|False"),
    "latitude": re.compile("absent"),
    "longitude": re.compile("absent"),
    "hashtags": re.compile(r"\[\]"),
    "urls": re.compile(r"\[\]"),
}
"""What a cell looks like that holds nothing of anybody's names."""
