-- Prefect's own, apart from ours: it may be lost and made anew.
CREATE DATABASE prefect;
