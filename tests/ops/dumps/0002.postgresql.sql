SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.audit_refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    user_id bigint NOT NULL,
    user_name text NOT NULL,
    action character varying(20) NOT NULL,
    subject text NOT NULL,
    server character varying(100),
    tasks text NOT NULL,
    result character varying(20) NOT NULL,
    detail text,
    asked_id bigint
);
CREATE SEQUENCE public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;
CREATE TABLE public.card (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    state character varying(20) NOT NULL,
    reason text NOT NULL,
    channel_id bigint NOT NULL,
    server character varying(100),
    made_at timestamp with time zone NOT NULL,
    revision integer NOT NULL,
    delivered_revision integer NOT NULL,
    tried_at timestamp with time zone,
    message_id bigint,
    sent_at timestamp with time zone,
    not_before timestamp with time zone,
    mention_role_id bigint,
    silent boolean NOT NULL,
    thread boolean NOT NULL,
    reply_to_card_id bigint,
    catch_up_since timestamp with time zone,
    total integer,
    unacknowledged integer
);
CREATE TABLE public.channel (
    id bigint NOT NULL,
    window_started_at timestamp with time zone,
    window_last_at timestamp with time zone,
    window_singles integer DEFAULT 0 NOT NULL,
    digest_card_id bigint,
    digest_at timestamp with time zone,
    held_card_id bigint,
    held_until timestamp with time zone,
    catch_up_card_id bigint,
    catch_up_at timestamp with time zone,
    mentioned_at timestamp with time zone,
    reminded_at timestamp with time zone
);
CREATE TABLE public.claim (
    id bigint NOT NULL,
    state character varying(20) NOT NULL,
    user_id bigint NOT NULL,
    user_name text NOT NULL,
    at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone
);
CREATE SEQUENCE public.claim_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.claim_id_seq OWNED BY public.claim.id;
CREATE TABLE public.failure (
    id bigint NOT NULL,
    server character varying(100) NOT NULL,
    task_id character varying(255) NOT NULL,
    at timestamp with time zone NOT NULL,
    state character varying(20) NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    number bigint,
    incident_id bigint,
    kind character varying(20) NOT NULL,
    task_pk bigint NOT NULL,
    task_type character varying(100) NOT NULL,
    trigger_source character varying(100) NOT NULL,
    filename text,
    error_type text,
    message text,
    owner bigint,
    duration_seconds double precision,
    wait_time_seconds double precision,
    document_id bigint,
    duplicate_of bigint,
    duplicate_in_trash boolean NOT NULL,
    settled boolean NOT NULL,
    running_again boolean NOT NULL,
    unseen boolean NOT NULL,
    fingerprint character varying(32) NOT NULL,
    kind_print character varying(32) NOT NULL,
    subject character varying(32) NOT NULL,
    claim_id bigint,
    acknowledged_where character varying(20),
    acknowledged_user_id bigint,
    acknowledged_user_name text,
    acknowledged_at timestamp with time zone
);
CREATE SEQUENCE public.failure_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.failure_id_seq OWNED BY public.failure.id;
CREATE TABLE public.incident (
    id bigint NOT NULL,
    server character varying(100) NOT NULL,
    fingerprint character varying(32) NOT NULL,
    kind_print character varying(32) NOT NULL,
    kind character varying(20) NOT NULL,
    state character varying(20) NOT NULL,
    reason text NOT NULL,
    count integer NOT NULL,
    open_count integer NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    newest_failure_id bigint NOT NULL,
    card_id bigint,
    made_at timestamp with time zone NOT NULL,
    open_since timestamp with time zone NOT NULL,
    settled_at timestamp with time zone
);
CREATE TABLE public.ledger_value (
    key character varying(100) NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.mute (
    id bigint NOT NULL,
    server character varying(100) NOT NULL,
    fingerprint character varying(32) NOT NULL,
    subject character varying(32) NOT NULL,
    task_type character varying(100) NOT NULL,
    filename text,
    message text,
    at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    until_change boolean NOT NULL,
    user_id bigint NOT NULL,
    user_name text NOT NULL,
    ended_at timestamp with time zone,
    end_reason text
);
CREATE SEQUENCE public.mute_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.mute_id_seq OWNED BY public.mute.id;
CREATE TABLE public.server (
    name character varying(100) NOT NULL,
    begun boolean NOT NULL,
    since timestamp with time zone NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    quiet_count integer,
    quiet_task_id character varying(255),
    quiet_at timestamp with time zone,
    listed integer NOT NULL,
    watermark timestamp with time zone,
    backlog_pk bigint NOT NULL,
    backlog_at timestamp with time zone,
    unacknowledged integer,
    outage_since timestamp with time zone,
    outage_reason character varying(20),
    outage_detail text,
    outage_tries integer DEFAULT 0 NOT NULL,
    outage_ended_at timestamp with time zone,
    outage_shown_at timestamp with time zone,
    outage_missed integer,
    outage_card_id bigint
);
ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);
ALTER TABLE ONLY public.claim ALTER COLUMN id SET DEFAULT nextval('public.claim_id_seq'::regclass);
ALTER TABLE ONLY public.failure ALTER COLUMN id SET DEFAULT nextval('public.failure_id_seq'::regclass);
ALTER TABLE ONLY public.mute ALTER COLUMN id SET DEFAULT nextval('public.mute_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0002');
INSERT INTO public.audit VALUES (1, '2026-11-24 10:39:39.579402+00', 5000000000000000002, 'Ben', 'acknowledge', 'failures on a card or in a list', 'home', '["a0d7d913-c55d-459d-a30f-c92d5789ce36"]', 'done', NULL, NULL);
INSERT INTO public.audit VALUES (2, '2026-11-24 10:39:39.758217+00', 5000000000000000002, 'Ben', 'mute', 'muted: consume_file scan-1.pdf', 'home', '["4ee4156f-5133-49d6-b6f4-fb310cb72f80"]', 'done', 'until 2026-11-25 10:39 UTC', NULL);
INSERT INTO public.audit VALUES (3, '2026-11-24 10:39:39.829825+00', 5000000000000000002, 'Ben', 'run', 'train_classifier', 'home', '[]', 'asked', NULL, NULL);
INSERT INTO public.audit VALUES (4, '2026-11-24 10:39:39.859688+00', 5000000000000000002, 'Ben', 'run', 'train_classifier', 'home', '["b572d712-2ba2-41b8-9882-2039ba9304fa"]', 'done', NULL, 3);
INSERT INTO public.card VALUES (1101931223187456, 'incident', 'standing', 'told at once: among the first of its window', 3000000000000000003, NULL, '2026-11-24 10:39:37.436961+00', 3, 3, '2026-11-24 10:39:37.471639+00', 1574736242837291008, '2026-11-24 10:39:37.478207+00', NULL, NULL, false, false, NULL, NULL, NULL, NULL);
INSERT INTO public.card VALUES (1101931223187457, 'incident', 'standing', 'told at once: among the first of its window', 3000000000000000003, NULL, '2026-11-24 10:39:38.216753+00', 3, 3, '2026-11-24 10:39:38.341364+00', 1574736246536667136, '2026-11-24 10:39:38.360567+00', NULL, NULL, false, false, NULL, NULL, NULL, NULL);
INSERT INTO public.card VALUES (1101931223187458, 'digest', 'standing', 'the window has its single cards: a digest begins', 3000000000000000003, NULL, '2026-11-24 10:39:39.250368+00', 2, 2, '2026-11-24 10:39:39.434939+00', 1574736251091681280, '2026-11-24 10:39:39.454297+00', NULL, NULL, false, false, NULL, NULL, NULL, NULL);
INSERT INTO public.card VALUES (1101931223187459, 'outage', 'standing', 'the server has not answered for too long', 3000000000000000003, 'home', '2026-11-24 10:39:43.308427+00', 1, 1, '2026-11-24 10:39:43.346354+00', 1574736267487215616, '2026-11-24 10:39:43.354983+00', NULL, NULL, false, false, NULL, NULL, NULL, NULL);
INSERT INTO public.channel VALUES (3000000000000000003, '2026-11-24 10:39:37.436961+00', '2026-11-24 10:39:39.250368+00', 2, 1101931223187458, '2026-11-24 10:39:39.250368+00', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.claim VALUES (1, 'done', 5000000000000000002, 'Ben', '2026-11-24 10:39:39.490957+00', '2026-11-24 10:39:39.593028+00');
INSERT INTO public.failure VALUES (1, 'home', 'a0d7d913-c55d-459d-a30f-c92d5789ce36', '2026-11-24 10:39:36.332741+00', 'acknowledged', '2026-11-24 10:39:37.401882+00', 1, 1, 'failed', 1, 'consume_file', 'api_upload', 'scan-0.pdf', 'ConsumerError', 'scan-0.pdf: Error occurred while consuming document scan-0.pdf: InputFileError: ', 7, 1.001149, 0.050489, NULL, NULL, false, true, false, false, 'd44b47d855943ccbc89317153f9eee82', '0f93c66acf6163377ee7a5a088387b23', '47e7eaa3e3104c9023639c34f78439f9', 1, 'discord', 5000000000000000002, 'Ben', '2026-11-24 10:39:39.534191+00');
INSERT INTO public.failure VALUES (2, 'home', '4ee4156f-5133-49d6-b6f4-fb310cb72f80', '2026-11-24 10:39:37.39885+00', 'open', '2026-11-24 10:39:38.203614+00', 2, 2, 'failed', 2, 'consume_file', 'api_upload', 'scan-1.pdf', 'ConsumerError', 'scan-1.pdf: Error occurred while consuming document scan-1.pdf: InputFileError: ', 7, 1.066021, 1.051606, NULL, NULL, false, true, false, false, '9b2b23728bfba70be7b1b0283e11196b', '0f93c66acf6163377ee7a5a088387b23', '9eb7c42fb7913bede5e1a12913d4d052', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.failure VALUES (3, 'home', '51251c5c-6aa0-448b-a423-92ba09bd87be', '2026-11-24 10:39:38.399678+00', 'open', '2026-11-24 10:39:39.223037+00', 3, 3, 'failed', 3, 'consume_file', 'api_upload', 'scan-2.pdf', 'ConsumerError', 'scan-2.pdf: Error occurred while consuming document scan-2.pdf: InputFileError: ', 7, 1.000765, 2.117639, NULL, NULL, false, true, false, false, '10e6db60918035fdbc44d65c485a1a54', '0f93c66acf6163377ee7a5a088387b23', '0e1db9321093b3addf490ab54f8bb804', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.incident VALUES (1, 'home', 'd44b47d855943ccbc89317153f9eee82', '0f93c66acf6163377ee7a5a088387b23', 'failed', 'acknowledged', 'not seen before', 1, 0, '2026-11-24 10:39:36.332741+00', '2026-11-24 10:39:36.332741+00', 1, 1101931223187456, '2026-11-24 10:39:37.436961+00', '2026-11-24 10:39:37.436961+00', '2026-11-24 10:39:39.534191+00');
INSERT INTO public.incident VALUES (2, 'home', '9b2b23728bfba70be7b1b0283e11196b', '0f93c66acf6163377ee7a5a088387b23', 'failed', 'open', 'not seen before', 1, 1, '2026-11-24 10:39:37.39885+00', '2026-11-24 10:39:37.39885+00', 2, 1101931223187457, '2026-11-24 10:39:38.216753+00', '2026-11-24 10:39:38.216753+00', NULL);
INSERT INTO public.incident VALUES (3, 'home', '10e6db60918035fdbc44d65c485a1a54', '0f93c66acf6163377ee7a5a088387b23', 'failed', 'open', 'not seen before', 1, 1, '2026-11-24 10:39:38.399678+00', '2026-11-24 10:39:38.399678+00', 3, 1101931223187458, '2026-11-24 10:39:39.250368+00', '2026-11-24 10:39:39.250368+00', NULL);
INSERT INTO public.ledger_value VALUES ('commands', '1000000000000000001 2000000000000000002 775d9c7f3c810c921c834540e4a4e29d57ff15ffb5b66d110bb243b494f2b8b8 1574736233219751936 1574736233219751938 1574736233223946241 1574736233223946243 1574736233223946245');
INSERT INTO public.ledger_value VALUES ('identifies', '[1795516775]');
INSERT INTO public.ledger_value VALUES ('next_card', '1101931223187460');
INSERT INTO public.ledger_value VALUES ('next_incident', '4');
INSERT INTO public.ledger_value VALUES ('next_number', '4');
INSERT INTO public.mute VALUES (1, 'home', '9b2b23728bfba70be7b1b0283e11196b', '9eb7c42fb7913bede5e1a12913d4d052', 'consume_file', 'scan-1.pdf', 'Error occurred while consuming: InputFileError', '2026-11-24 10:39:39.719263+00', '2026-11-25 10:39:39.719263+00', false, 5000000000000000002, 'Ben', NULL, NULL);
INSERT INTO public.server VALUES ('home', true, '2026-11-24 10:39:35.25127+00', '2026-11-24 10:39:35.327788+00', 3, '51251c5c-6aa0-448b-a423-92ba09bd87be', '2026-11-24 10:39:38.399678+00', 3, '2026-11-24 10:39:38.399678+00', 0, NULL, 2, '2026-11-24 10:39:41.195495+00', 'unreachable', 'Paperless-ngx cannot be reached: Connection refused', 2, NULL, '2026-11-24 10:39:41.195495+00', NULL, 1101931223187459);
SELECT pg_catalog.setval('public.audit_id_seq', 4, true);
SELECT pg_catalog.setval('public.claim_id_seq', 1, true);
SELECT pg_catalog.setval('public.failure_id_seq', 3, true);
SELECT pg_catalog.setval('public.mute_id_seq', 1, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT pk_audit PRIMARY KEY (id);
ALTER TABLE ONLY public.card
    ADD CONSTRAINT pk_card PRIMARY KEY (id);
ALTER TABLE ONLY public.channel
    ADD CONSTRAINT pk_channel PRIMARY KEY (id);
ALTER TABLE ONLY public.claim
    ADD CONSTRAINT pk_claim PRIMARY KEY (id);
ALTER TABLE ONLY public.failure
    ADD CONSTRAINT pk_failure PRIMARY KEY (id);
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT pk_incident PRIMARY KEY (id);
ALTER TABLE ONLY public.ledger_value
    ADD CONSTRAINT pk_ledger_value PRIMARY KEY (key);
ALTER TABLE ONLY public.mute
    ADD CONSTRAINT pk_mute PRIMARY KEY (id);
ALTER TABLE ONLY public.server
    ADD CONSTRAINT pk_server PRIMARY KEY (name);
ALTER TABLE ONLY public.failure
    ADD CONSTRAINT uq_failure_server UNIQUE (server, task_id, at);
CREATE INDEX ix_audit_asked_id ON public.audit USING btree (asked_id);
CREATE INDEX ix_audit_at ON public.audit USING btree (at);
CREATE INDEX ix_card_due ON public.card USING btree (state, channel_id);
CREATE INDEX ix_failure_claim_id ON public.failure USING btree (claim_id);
CREATE INDEX ix_failure_incident_id ON public.failure USING btree (incident_id, number);
CREATE INDEX ix_failure_state ON public.failure USING btree (server, state, at);
CREATE INDEX ix_incident_card_id ON public.incident USING btree (card_id, kind_print);
CREATE INDEX ix_incident_fingerprint ON public.incident USING btree (fingerprint);
CREATE INDEX ix_incident_open ON public.incident USING btree (card_id) WHERE (open_count > 0);
CREATE INDEX ix_mute_running ON public.mute USING btree (ended_at);
CREATE TRIGGER audit_no_delete BEFORE DELETE ON public.audit FOR EACH ROW WHEN ((old.at > (now() - '7 days'::interval))) EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER audit_no_update BEFORE UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.audit_refuse();
ALTER TABLE ONLY public.failure
    ADD CONSTRAINT fk_failure_claim_id_claim FOREIGN KEY (claim_id) REFERENCES public.claim(id);
ALTER TABLE ONLY public.failure
    ADD CONSTRAINT fk_failure_incident_id_incident FOREIGN KEY (incident_id) REFERENCES public.incident(id);
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT fk_incident_card_id_card FOREIGN KEY (card_id) REFERENCES public.card(id);
