-- Five bytes of a hash find a value as well as eight did. From here on a value may say what it is made of by distances.

DROP INDEX vals_by_hash;
CREATE INDEX vals_by_hash ON vals (substr(hash, 1, 5));
