-- Touches of all signals → traces: an account's first touch of an object, each post in one signal.
-- A post counts where its signal is the most specific of those in which its object joins accounts;
-- one that joins nobody stays where it is most specific, for it tells how active its account is.
WITH touch AS (
    {touches}
),
ordered AS (
    SELECT *, row_number() OVER (
        PARTITION BY priority, account, object
        ORDER BY time, post, reaction DESC, born, source, precision
    ) AS turn
    FROM touch
    WHERE trim(account) <> '' AND trim(object) <> '' AND time IS NOT NULL
),
opening AS (
    SELECT *,
        count(*) OVER (PARTITION BY priority, object) AS accounts,
        min(least(born, time)) OVER (PARTITION BY priority, object) AS appeared
    FROM ordered WHERE turn = 1
),
counted AS (
    SELECT *,
        max(CASE WHEN accounts > 1 THEN priority END) OVER (PARTITION BY account, action) AS joins,
        max(priority) OVER (PARTITION BY account, action) AS best
    FROM opening
)
SELECT signal, account, object, time, post, reaction, appeared AS born, source, precision
FROM counted WHERE priority = coalesce(joins, best)
