-- The traces in an order that does not depend on how they were read.
SELECT signal, account, object, time, post, reaction, born, source, precision
FROM trace ORDER BY signal, object, time, account, post
