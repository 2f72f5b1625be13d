BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	user_id BIGINT NOT NULL, 
	user_name TEXT NOT NULL, 
	action VARCHAR(20) NOT NULL, 
	subject TEXT NOT NULL, 
	server VARCHAR(100), 
	tasks TEXT NOT NULL, 
	result VARCHAR(20) NOT NULL, 
	detail TEXT, 
	asked_id INTEGER
);
INSERT INTO "audit" VALUES(1,'2026-11-24 10:39:39.579402',5000000000000000002,'Ben','acknowledge','failures on a card or in a list','home','["a0d7d913-c55d-459d-a30f-c92d5789ce36"]','done',NULL,NULL);
INSERT INTO "audit" VALUES(2,'2026-11-24 10:39:39.758217',5000000000000000002,'Ben','mute','muted: consume_file scan-1.pdf','home','["4ee4156f-5133-49d6-b6f4-fb310cb72f80"]','done','until 2026-11-25 10:39 UTC',NULL);
INSERT INTO "audit" VALUES(3,'2026-11-24 10:39:39.829825',5000000000000000002,'Ben','run','train_classifier','home','[]','asked',NULL,NULL);
INSERT INTO "audit" VALUES(4,'2026-11-24 10:39:39.859688',5000000000000000002,'Ben','run','train_classifier','home','["b572d712-2ba2-41b8-9882-2039ba9304fa"]','done',NULL,3);
CREATE TABLE card (
	id INTEGER NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	reason TEXT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	server VARCHAR(100), 
	made_at DATETIME NOT NULL, 
	revision INTEGER NOT NULL, 
	delivered_revision INTEGER NOT NULL, 
	tried_at DATETIME, 
	message_id BIGINT, 
	sent_at DATETIME, 
	not_before DATETIME, 
	mention_role_id BIGINT, 
	silent BOOLEAN NOT NULL, 
	thread BOOLEAN NOT NULL, 
	reply_to_card_id INTEGER, 
	catch_up_since DATETIME, 
	total INTEGER, 
	unacknowledged INTEGER, 
	CONSTRAINT pk_card PRIMARY KEY (id)
);
INSERT INTO "card" VALUES(1101931223187456,'incident','standing','told at once: among the first of its window',3000000000000000003,NULL,'2026-11-24 10:39:37.436961',3,3,'2026-11-24 10:39:37.471639',1574736242837291008,'2026-11-24 10:39:37.478207',NULL,NULL,0,0,NULL,NULL,NULL,NULL);
INSERT INTO "card" VALUES(1101931223187457,'incident','standing','told at once: among the first of its window',3000000000000000003,NULL,'2026-11-24 10:39:38.216753',3,3,'2026-11-24 10:39:38.341364',1574736246536667136,'2026-11-24 10:39:38.360567',NULL,NULL,0,0,NULL,NULL,NULL,NULL);
INSERT INTO "card" VALUES(1101931223187458,'digest','standing','the window has its single cards: a digest begins',3000000000000000003,NULL,'2026-11-24 10:39:39.250368',2,2,'2026-11-24 10:39:39.434939',1574736251091681280,'2026-11-24 10:39:39.454297',NULL,NULL,0,0,NULL,NULL,NULL,NULL);
INSERT INTO "card" VALUES(1101931223187459,'outage','standing','the server has not answered for too long',3000000000000000003,'home','2026-11-24 10:39:43.308427',1,1,'2026-11-24 10:39:43.346354',1574736267487215616,'2026-11-24 10:39:43.354983',NULL,NULL,0,0,NULL,NULL,NULL,NULL);
CREATE TABLE channel (
	id INTEGER NOT NULL, 
	window_started_at DATETIME, 
	window_last_at DATETIME, 
	window_singles INTEGER DEFAULT '0' NOT NULL, 
	digest_card_id INTEGER, 
	digest_at DATETIME, 
	held_card_id INTEGER, 
	held_until DATETIME, 
	catch_up_card_id INTEGER, 
	catch_up_at DATETIME, 
	mentioned_at DATETIME, 
	reminded_at DATETIME, 
	CONSTRAINT pk_channel PRIMARY KEY (id)
);
INSERT INTO "channel" VALUES(3000000000000000003,'2026-11-24 10:39:37.436961','2026-11-24 10:39:39.250368',2,1101931223187458,'2026-11-24 10:39:39.250368',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE claim (
	id INTEGER NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	user_id BIGINT NOT NULL, 
	user_name TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	settled_at DATETIME, 
	CONSTRAINT pk_claim PRIMARY KEY (id)
);
INSERT INTO "claim" VALUES(1,'done',5000000000000000002,'Ben','2026-11-24 10:39:39.490957','2026-11-24 10:39:39.593028');
CREATE TABLE failure (
	id INTEGER NOT NULL, 
	server VARCHAR(100) NOT NULL, 
	task_id VARCHAR(255) NOT NULL, 
	at DATETIME NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	seen_at DATETIME NOT NULL, 
	number BIGINT, 
	incident_id INTEGER, 
	kind VARCHAR(20) NOT NULL, 
	task_pk BIGINT NOT NULL, 
	task_type VARCHAR(100) NOT NULL, 
	trigger_source VARCHAR(100) NOT NULL, 
	filename TEXT, 
	error_type TEXT, 
	message TEXT, 
	owner BIGINT, 
	duration_seconds FLOAT, 
	wait_time_seconds FLOAT, 
	document_id BIGINT, 
	duplicate_of BIGINT, 
	duplicate_in_trash BOOLEAN NOT NULL, 
	settled BOOLEAN NOT NULL, 
	running_again BOOLEAN NOT NULL, 
	unseen BOOLEAN NOT NULL, 
	fingerprint VARCHAR(32) NOT NULL, 
	kind_print VARCHAR(32) NOT NULL, 
	subject VARCHAR(32) NOT NULL, 
	claim_id INTEGER, 
	acknowledged_where VARCHAR(20), 
	acknowledged_user_id BIGINT, 
	acknowledged_user_name TEXT, 
	acknowledged_at DATETIME, 
	CONSTRAINT pk_failure PRIMARY KEY (id), 
	CONSTRAINT fk_failure_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id), 
	CONSTRAINT fk_failure_incident_id_incident FOREIGN KEY(incident_id) REFERENCES incident (id), 
	CONSTRAINT uq_failure_server UNIQUE (server, task_id, at)
);
INSERT INTO "failure" VALUES(1,'home','a0d7d913-c55d-459d-a30f-c92d5789ce36','2026-11-24 10:39:36.332741','acknowledged','2026-11-24 10:39:37.401882',1,1,'failed',1,'consume_file','api_upload','scan-0.pdf','ConsumerError','scan-0.pdf: Error occurred while consuming document scan-0.pdf: InputFileError: ',7,1.001149,0.050489,NULL,NULL,0,1,0,0,'d44b47d855943ccbc89317153f9eee82','0f93c66acf6163377ee7a5a088387b23','47e7eaa3e3104c9023639c34f78439f9',1,'discord',5000000000000000002,'Ben','2026-11-24 10:39:39.534191');
INSERT INTO "failure" VALUES(2,'home','4ee4156f-5133-49d6-b6f4-fb310cb72f80','2026-11-24 10:39:37.398850','open','2026-11-24 10:39:38.203614',2,2,'failed',2,'consume_file','api_upload','scan-1.pdf','ConsumerError','scan-1.pdf: Error occurred while consuming document scan-1.pdf: InputFileError: ',7,1.066021,1.051606,NULL,NULL,0,1,0,0,'9b2b23728bfba70be7b1b0283e11196b','0f93c66acf6163377ee7a5a088387b23','9eb7c42fb7913bede5e1a12913d4d052',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "failure" VALUES(3,'home','51251c5c-6aa0-448b-a423-92ba09bd87be','2026-11-24 10:39:38.399678','open','2026-11-24 10:39:39.223037',3,3,'failed',3,'consume_file','api_upload','scan-2.pdf','ConsumerError','scan-2.pdf: Error occurred while consuming document scan-2.pdf: InputFileError: ',7,1.000765,2.117639,NULL,NULL,0,1,0,0,'10e6db60918035fdbc44d65c485a1a54','0f93c66acf6163377ee7a5a088387b23','0e1db9321093b3addf490ab54f8bb804',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE incident (
	id INTEGER NOT NULL, 
	server VARCHAR(100) NOT NULL, 
	fingerprint VARCHAR(32) NOT NULL, 
	kind_print VARCHAR(32) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	reason TEXT NOT NULL, 
	count INTEGER NOT NULL, 
	open_count INTEGER NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	newest_failure_id INTEGER NOT NULL, 
	card_id INTEGER, 
	made_at DATETIME NOT NULL, 
	open_since DATETIME NOT NULL, 
	settled_at DATETIME, 
	CONSTRAINT pk_incident PRIMARY KEY (id), 
	CONSTRAINT fk_incident_card_id_card FOREIGN KEY(card_id) REFERENCES card (id)
);
INSERT INTO "incident" VALUES(1,'home','d44b47d855943ccbc89317153f9eee82','0f93c66acf6163377ee7a5a088387b23','failed','acknowledged','not seen before',1,0,'2026-11-24 10:39:36.332741','2026-11-24 10:39:36.332741',1,1101931223187456,'2026-11-24 10:39:37.436961','2026-11-24 10:39:37.436961','2026-11-24 10:39:39.534191');
INSERT INTO "incident" VALUES(2,'home','9b2b23728bfba70be7b1b0283e11196b','0f93c66acf6163377ee7a5a088387b23','failed','open','not seen before',1,1,'2026-11-24 10:39:37.398850','2026-11-24 10:39:37.398850',2,1101931223187457,'2026-11-24 10:39:38.216753','2026-11-24 10:39:38.216753',NULL);
INSERT INTO "incident" VALUES(3,'home','10e6db60918035fdbc44d65c485a1a54','0f93c66acf6163377ee7a5a088387b23','failed','open','not seen before',1,1,'2026-11-24 10:39:38.399678','2026-11-24 10:39:38.399678',3,1101931223187458,'2026-11-24 10:39:39.250368','2026-11-24 10:39:39.250368',NULL);
CREATE TABLE ledger_value (
	"key" VARCHAR(100) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_ledger_value PRIMARY KEY ("key")
);
INSERT INTO "ledger_value" VALUES('commands','1000000000000000001 2000000000000000002 775d9c7f3c810c921c834540e4a4e29d57ff15ffb5b66d110bb243b494f2b8b8 1574736233219751936 1574736233219751938 1574736233223946241 1574736233223946243 1574736233223946245');
INSERT INTO "ledger_value" VALUES('identifies','[1795516775]');
INSERT INTO "ledger_value" VALUES('next_card','1101931223187460');
INSERT INTO "ledger_value" VALUES('next_incident','4');
INSERT INTO "ledger_value" VALUES('next_number','4');
CREATE TABLE mute (
	id INTEGER NOT NULL, 
	server VARCHAR(100) NOT NULL, 
	fingerprint VARCHAR(32) NOT NULL, 
	subject VARCHAR(32) NOT NULL, 
	task_type VARCHAR(100) NOT NULL, 
	filename TEXT, 
	message TEXT, 
	at DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	until_change BOOLEAN NOT NULL, 
	user_id BIGINT NOT NULL, 
	user_name TEXT NOT NULL, 
	ended_at DATETIME, 
	end_reason TEXT, 
	CONSTRAINT pk_mute PRIMARY KEY (id)
);
INSERT INTO "mute" VALUES(1,'home','9b2b23728bfba70be7b1b0283e11196b','9eb7c42fb7913bede5e1a12913d4d052','consume_file','scan-1.pdf','Error occurred while consuming: InputFileError','2026-11-24 10:39:39.719263','2026-11-25 10:39:39.719263',0,5000000000000000002,'Ben',NULL,NULL);
CREATE TABLE server (
	name VARCHAR(100) NOT NULL, 
	begun BOOLEAN NOT NULL, 
	since DATETIME NOT NULL, 
	heard_at DATETIME NOT NULL, 
	quiet_count INTEGER, 
	quiet_task_id VARCHAR(255), 
	quiet_at DATETIME, 
	listed INTEGER NOT NULL, 
	watermark DATETIME, 
	backlog_pk BIGINT NOT NULL, 
	backlog_at DATETIME, 
	unacknowledged INTEGER, 
	outage_since DATETIME, 
	outage_reason VARCHAR(20), 
	outage_detail TEXT, 
	outage_tries INTEGER DEFAULT '0' NOT NULL, 
	outage_ended_at DATETIME, 
	outage_shown_at DATETIME, 
	outage_missed INTEGER, 
	outage_card_id INTEGER, 
	CONSTRAINT pk_server PRIMARY KEY (name)
);
INSERT INTO "server" VALUES('home',1,'2026-11-24 10:39:35.251270','2026-11-24 10:39:35.327788',3,'51251c5c-6aa0-448b-a423-92ba09bd87be','2026-11-24 10:39:38.399678',3,'2026-11-24 10:39:38.399678',0,NULL,2,'2026-11-24 10:39:41.195495','unreachable','Paperless-ngx cannot be reached: Connection refused',2,NULL,'2026-11-24 10:39:41.195495',NULL,1101931223187459);
CREATE INDEX ix_card_due ON card (state, channel_id);
CREATE INDEX ix_mute_running ON mute (ended_at);
CREATE INDEX ix_incident_card_id ON incident (card_id, kind_print);
CREATE INDEX ix_incident_fingerprint ON incident (fingerprint);
CREATE INDEX ix_incident_open ON incident (card_id) WHERE open_count > 0;
CREATE INDEX ix_failure_claim_id ON failure (claim_id);
CREATE INDEX ix_failure_incident_id ON failure (incident_id, number);
CREATE INDEX ix_failure_state ON failure (server, state, at);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_audit_asked_id ON audit (asked_id);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN OLD.at > datetime('now', '-7 days')
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',4);
COMMIT;
