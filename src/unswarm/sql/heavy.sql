-- Objects with heavy events (more than `cap` others in the window), and how many event pairs
-- those take part in: they count towards no minimum.
WITH dense AS (
    SELECT signal, object FROM company WHERE others > {cap} GROUP BY signal, object
),
counted AS (
    SELECT signal, object, others,
        CASE WHEN others > {cap} THEN 1 ELSE 0 END AS heavy,
        count(*) FILTER (WHERE others > {cap}) OVER (
            PARTITION BY signal, object ORDER BY time
            RANGE BETWEEN {window} PRECEDING AND {window} FOLLOWING
        ) - count(*) FILTER (WHERE others > {cap}) OVER (
            PARTITION BY signal, object, account ORDER BY time
            RANGE BETWEEN {window} PRECEDING AND {window} FOLLOWING
        ) AS heavy_others
    FROM company SEMI JOIN dense USING (signal, object)
)
SELECT signal, object, CAST(sum(heavy) AS BIGINT) AS events,
    CAST(sum(heavy * (2 * others - heavy_others)) / 2 AS BIGINT) AS pairs
FROM counted GROUP BY signal, object
