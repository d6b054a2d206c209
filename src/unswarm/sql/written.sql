-- Everything put out in an account's own words: its first touch of each object, whatever signal the
-- post counts in. What nobody else wrote is there too, for it tells how rarely others copy.
WITH touch AS (
    {touches}
),
ordered AS (
    SELECT *, row_number() OVER (
        PARTITION BY signal, account, object ORDER BY time, post, born, source, precision
    ) AS turn
    FROM touch
    WHERE trim(account) <> '' AND trim(object) <> '' AND time IS NOT NULL AND NOT reaction
)
SELECT signal, account, object, time, post, reaction, born, source, precision
FROM ordered WHERE turn = 1
