-- Traces in an order that does not depend on how they were read.
SELECT signal, account, object, time, post, reaction, born, source, precision
FROM {table} ORDER BY signal, object, time, account, post
