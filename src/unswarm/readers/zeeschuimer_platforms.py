"""Zeeschuimer captures of TikTok, Instagram, Threads, Truth Social and seven further platforms.

One item per line, the platform's own object inside an envelope; what 4CAT made of such a file (JSON
Lines with `__import_meta`) is read alike. Also: Douyin, Gab, 9GAG, Imgur, Pinterest, Xiaohongshu
(RedNote), and the comments of Instagram, TikTok and Xiaohongshu. Twitter / X has a reader of its
own. Profiles are dated by the capture. Items captured again, advertisements, and items that a page
held only in part, without a time or an author, are listed in the quarantine.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from unswarm.canonical import hashtags_in, urls_in
from unswarm.readers import Source
from unswarm.readers._parts import tiktok
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.captures import SEEN, first_platform, opened, platform_of, relayed
from unswarm.readers._parts.handles import handles_in
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.markup import markup
from unswarm.readers._parts.plans import (
    Plan,
    Planned,
    Record,
    Row,
    plan,
    read_planned,
    records,
    shown,
    total,
)

specificity = 80

_COUNTS = ("likes", "comments", "shared", "saved", "further")
_POINTING = frozenset(("mention", "hashtag", "tag"))  # links of a text that lead to no other site


def recognises(source: Source) -> bool:
    """Whether the first item that Zeeschuimer captured comes from one of these platforms."""
    return first_platform(beginning(source)) in PLATFORMS


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Posts with what they carry, and their authors' profiles."""
    return read_planned(source, _planned)


def _planned(source: Source, batch: Batch) -> Planned:
    for line, item in records(source, batch):
        platform = platform_of(item)
        if platform is None or platform not in PLATFORMS:
            known = ", ".join(PLATFORMS)
            batch.reject(line, "source_platform", f"captured on none of {known}", shown(item))
            continue
        record = opened(item)
        if fault := _fault(record):
            batch.reject(line, None, fault, shown(record))
        else:
            yield line, _plan_of(platform, record), record


def _fault(record: Record) -> str | None:
    """Why an item is no post."""
    link = record.get("link")
    is_relay = isinstance(link, str) and link.startswith("https://www.facebook.com/ads/ig_redirect")
    if record.get("product_type") == "ad" or is_relay:
        return "an advertisement, not a post"
    if record.get("rawdata") or record.get("cell_room") or record.get("liveRoomInfo"):
        return "a live stream, not a post"
    return None


def _plan_of(platform: str, record: Record) -> Plan:
    if platform == "tiktok.com" and isinstance(record.get("author"), str):
        return tiktok.EMBEDDED
    return PLATFORMS[platform]


# --- what differs from platform to platform


def _post(row: Row) -> None:
    """What most have: reactions to sum up, a title that is part of the text."""
    title = row.pop("title", None)
    row["text"] = "\n".join(filter(None, (title, row["text"]))) or None
    row["interactions"] = total(row, *_COUNTS)


def _marked_up(row: Row) -> None:
    """A text that may be HTML, whose links are in the tags."""
    written = markup(row["text"])
    leading = [one.url for one in written.anchors if not one.marks & _POINTING]
    row["text"] = written.text or None
    links = [row.pop("card"), *leading, *urls_in(written.text)]
    row["urls"] = [relayed(str(link)) for link in links if link]
    row["hashtags"] = row["hashtags"] or hashtags_in(written.text)
    row["interactions"] = total(row, *_COUNTS)


def _instagram(row: Row) -> None:
    row["kind"] = "original"
    row["mentions"] = [*(row["mentions"] or ()), *handles_in(row["text"])]
    row["interactions"] = total(row, *_COUNTS)


def _threads(row: Row) -> None:
    text = row["text"] or ""
    links = [row.pop("attached"), *(row["urls"] or ()), *urls_in(text)]
    row["urls"] = [relayed(str(link)) for link in links if link]
    is_answer = row.pop("is_reply") is True or bool(row["reply_account"])
    is_own = not (row["repost_post"] or row["quote_post"])
    row["kind"] = ("reply" if is_answer else "original") if is_own else None
    row["mentions"] = row["mentions"] or handles_in(text)
    row["interactions"] = total(row, *_COUNTS)


def _comment(row: Row) -> None:
    """What a comment answers: another comment, or the post."""
    answered, post = row.pop("answered"), row.pop("below")
    row["kind"] = "reply" if answered else "comment"
    row["target_post"] = answered or post
    row["interactions"] = total(row, *_COUNTS)


_TAKEN = ("taken_at", "taken_at_timestamp")
INSTAGRAM = plan(
    {"platform": "instagram"},
    _instagram,
    account=("user.pk", "user.id", "owner.pk", "owner.id"),
    handle=("user.username", "owner.username"),
    name=("user.full_name", "owner.full_name"),
    photo=("user.profile_pic_url", "owner.profile_pic_url"),
    seen=SEEN,
    post=("pk", "id"),
    time=_TAKEN,
    text=("caption.text", "edge_media_to_caption.edges[0].node.text"),
    mentions=("usertags.in[].user.pk", "edge_media_to_tagged_user.edges[].node.user.id"),
    sound=(
        "clips_metadata.music_info.music_asset_info.audio_cluster_id",
        "clips_metadata.original_sound_info.audio_asset_id",
        "music_metadata.music_info.music_asset_info.audio_cluster_id",
    ),
    views=("view_count", "play_count", "video_view_count"),
    likes=("like_count", "edge_media_preview_like.count"),
    comments=("comment_count", "edge_media_to_comment.count", "edge_media_preview_comment.count"),
)
INSTAGRAM_COMMENT = plan(
    {"platform": "instagram"},
    _comment,
    account=("user.pk", "user.id"),
    handle=("user.username", "user.unique_id"),
    name=("user.full_name", "user.nickname"),
    photo=("user.profile_pic_url", "user.avatar_thumb"),
    seen=SEEN,
    post=("pk", "id"),
    time=("created_at", "created_at_utc"),
    text="text",
    answered=("parent_comment_id", "replied_to_comment_id"),
    below=("media_id", "post_id"),
    likes=("comment_like_count", "like_count"),
    comments="child_comment_count",
)
_THREAD = "text_post_app_info"
_SHARED = f"{_THREAD}.share_info"
_FRAGMENT = f"{_THREAD}.text_fragments.fragments[]"
THREADS = plan(
    {"platform": "threads"},
    _threads,
    account=("user.pk", "user.id"),
    handle="user.username",
    name="user.full_name",
    photo="user.profile_pic_url",
    seen=SEEN,
    post=("pk", "id"),
    time="taken_at",
    text="caption.text",
    is_reply=f"{_THREAD}.is_reply",
    reply_account=(f"{_THREAD}.reply_to_author.pk", f"{_THREAD}.reply_to_author.id"),
    repost_post=f"{_SHARED}.reposted_post.pk",
    repost_account=f"{_SHARED}.reposted_post.user.pk",
    quote_post=f"{_SHARED}.quoted_post.pk",
    quote_account=f"{_SHARED}.quoted_post.user.pk",
    target_time=(f"{_SHARED}.reposted_post.taken_at", f"{_SHARED}.quoted_post.taken_at"),
    urls=f"{_FRAGMENT}.link_fragment.uri",
    attached=f"{_THREAD}.link_preview_attachment.url",
    mentions=f"{_FRAGMENT}.mention_fragment.mentioned_user.id",
    likes="like_count",
    comments=f"{_THREAD}.direct_reply_count",
    shared=f"{_THREAD}.repost_count",
    further=f"{_THREAD}.quote_count",
)
TRUTH = plan(
    {"platform": "truthsocial"},
    _marked_up,
    account="account.id",
    handle=("account.acct", "account.username"),
    name="account.display_name",
    bio="account.note",
    website="account.website",
    photo="account.avatar",
    created="account.created_at",
    claimed_country="account.location",
    followers="account.followers_count",
    following="account.following_count",
    posts="account.statuses_count",
    seen=SEEN,
    post="id",
    time="created_at",
    text=("content", "text"),
    language="language",
    place="group.id",
    repost_post="reblog.id",
    repost_account="reblog.account.id",
    quote_post=("quote.id", "quote_id"),
    quote_account="quote.account.id",
    reply_post="in_reply_to_id",
    reply_account="in_reply_to_account_id",
    target_time=("reblog.created_at", "quote.created_at", "in_reply_to.created_at"),
    card="card.url",
    hashtags="tags[].name",
    mentions="mentions[].id",
    media="media_attachments[].id",
    likes="favourites_count",
    comments="replies_count",
    shared="reblogs_count",
)
GAB = plan(
    {"platform": "gab"},
    _marked_up,
    account=("author_info.i", "account.id", "ai"),
    handle=("author_info.un", "account.username"),
    name=("author_info.dn", "account.display_name"),
    bio=("author_info.nt", "account.note"),
    photo=("author_info.av", "account.avatar"),
    created=("author_info.ca", "account.created_at"),
    followers="account.followers_count",
    following="account.following_count",
    posts="account.statuses_count",
    seen=SEEN,
    post=("i", "id"),
    time=("ca", "created_at"),
    text=("content", "c"),
    language="language",
    place=("g.id", "group.id"),
    repost_post="reblog.id",
    repost_account="reblog.account.id",
    quote_post=("quote.id", "quote_of_id"),
    quote_account="quote.account.id",
    reply_post="in_reply_to_id",
    reply_account="in_reply_to_account_id",
    card=("link_info.url", "card.url", "link.url"),
    hashtags=("tg[].name", "tags[].name"),
    mentions=("m[].id", "mentions[].id"),
    media=("image_info[].i", "media_attachments[].id"),
    likes=("fbc", "favourites_count"),
    comments="replies_count",
    shared=("rbc", "reblogs_count"),
)
NINEGAG = plan(
    {"platform": "9gag", "kind": "original"},
    _post,
    account=("creator.userId", "creator.username"),
    handle="creator.username",
    name="creator.fullName",
    bio="creator.about",
    created="creator.creationTs",
    seen=SEEN,
    post="id",
    time="creationTs",
    title="title",
    text="description",
    url="sourceUrl",
    hashtags="tags[].key",
    likes="upVoteCount",
    comments="commentsCount",
)
IMGUR = plan(
    {"platform": "imgur", "kind": "original"},
    _post,
    account=("account.id", "account_id"),
    handle="account.username",
    seen=SEEN,
    post="id",
    time="created_at",
    title="title",
    text="description",
    hashtags="tags[].tag",
    views="view_count",
    likes="upvote_count",
    comments="comment_count",
    saved="favorite_count",
)
PINTEREST = plan(
    {"platform": "pinterest"},
    _post,
    account=("pinner.entityId", "pinner.id", "pinner.username"),
    handle="pinner.username",
    name=("pinner.fullName", "pinner.full_name"),
    followers=("pinner.followerCount", "pinner.follower_count"),
    seen=SEEN,
    post=("entityId", "id"),
    time=("created_at", "createdAt"),
    title="title",
    text="description",
    is_repost=("is_repin", "isRepin"),
    url="link",
    media=("image_signature", "imageSignature"),
    comments=("comment_count", "commentCount"),
    saved=("repin_count", "repinCount"),
)
_NOTE = ("note_card", "note")  # as the interface sends it, as the page holds it
XIAOHONGSHU = plan(
    {"platform": "xiaohongshu", "kind": "original"},
    _post,
    account=("note_card.user.user_id", "note.user.userId", "user.user_id", "user.userId"),
    name=(
        *(f"{note}.user.{name}" for note in _NOTE for name in ("nickname", "nick_name")),
        *("user.nickname", "user.nick_name"),
    ),
    photo=(*(f"{note}.user.avatar" for note in _NOTE), "user.avatar"),
    seen=SEEN,
    post=("id", "note_id", "note.noteId"),
    time=(*(f"{note}.time" for note in _NOTE), "time"),
    title=("note_card.display_title", "note_card.title", "note.title", "display_title"),
    text=(*(f"{note}.desc" for note in _NOTE), "desc"),
    hashtags=("note_card.tag_list[].name", "note.tagList[].name"),
    likes=("note_card.interact_info.liked_count", "note.interactInfo.likedCount"),
    comments=("note_card.interact_info.comment_count", "note.interactInfo.commentCount"),
    shared=("note_card.interact_info.share_count", "note.interactInfo.shareCount"),
    saved=("note_card.interact_info.collected_count", "note.interactInfo.collectedCount"),
)
XIAOHONGSHU_COMMENT = plan(
    {"platform": "xiaohongshu"},
    _comment,
    account=("user_info.user_id", "userInfo.userId"),
    name=("user_info.nickname", "userInfo.nickname"),
    photo=("user_info.image", "userInfo.image"),
    seen=SEEN,
    post="id",
    time=("create_time", "createTime"),
    text="content",
    target_account=("target_comment.user_info.user_id", "targetComment.userInfo.userId"),
    answered=("target_comment.id", "targetComment.id"),
    below=("note_id", "noteId"),
    likes=("like_count", "likeCount"),
    comments=("sub_comment_count", "subCommentCount"),
)
DOUYIN = Plan(tiktok.AWEME.paths, {"platform": "douyin"}, tiktok.AWEME.adapt)

PLATFORMS = {
    # `source_platform` of the envelope → what lies where
    "tiktok.com": tiktok.VIDEO,
    "tiktok-comments": tiktok.COMMENT,
    "douyin.com": DOUYIN,
    "instagram.com": INSTAGRAM,
    "instagram-comments": INSTAGRAM_COMMENT,
    "threads.net": THREADS,
    "threads.com": THREADS,
    "truthsocial.com": TRUTH,
    "gab.com": GAB,
    "9gag.com": NINEGAG,
    "imgur.com": IMGUR,
    "pinterest.com": PINTEREST,
    "xiaohongshu.com": XIAOHONGSHU,
    "xiaohongshu-comments": XIAOHONGSHU_COMMENT,
}
