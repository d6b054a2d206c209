-- Traces with at least one touch of another account on their object, at most a window away.
WITH counted AS (
    SELECT signal, account, object, time,
        count(*) OVER (
            PARTITION BY signal, object ORDER BY time
            RANGE BETWEEN {window} PRECEDING AND {window} FOLLOWING
        ) - count(*) OVER (
            PARTITION BY signal, object, account ORDER BY time
            RANGE BETWEEN {window} PRECEDING AND {window} FOLLOWING
        ) AS others
    FROM {traces}
)
SELECT signal, account, object, time, others FROM counted WHERE others > 0
