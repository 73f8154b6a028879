BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('1');
CREATE TABLE audit (
	sequence INTEGER NOT NULL, 
	at VARCHAR(23) NOT NULL, 
	who VARCHAR(80) NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	subject TEXT NOT NULL, 
	details TEXT NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (sequence)
);
INSERT INTO "audit" VALUES(1,'2022-02-01T00:00:00.000','observer','create','/tmp/obs/observatory.sqlite','{"format": 1}','0000000000000000000000000000000000000000000000000000000000000000','5624ba9133067eb9fdfac3d929fc6e1b1120f3a027a3bcc6e344647320ed92bd');
INSERT INTO "audit" VALUES(2,'2022-02-01T00:00:00.000','observer','ingest','EFOSC.2022-01-26T12:00:00.001','{"bytes": 8, "kind": "raw", "sha256": "434728a410a78f56fc1b5899c3593436e61ab0c731e9072d95e96db290205e53"}','5624ba9133067eb9fdfac3d929fc6e1b1120f3a027a3bcc6e344647320ed92bd','13dc49e4308248ecf0c1471b86c1f5a4a671975078aeff21b89947eb603f78da');
CREATE TABLE files (
	dp_id VARCHAR(200) NOT NULL, 
	version INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	content_sha256 VARCHAR(64) NOT NULL, 
	datasum JSON NOT NULL, 
	category VARCHAR(80), 
	kind VARCHAR(10) NOT NULL, 
	instrument VARCHAR(40), 
	mjd_obs FLOAT, 
	target TEXT, 
	programme VARCHAR(60), 
	exposure_s FLOAT, 
	archived VARCHAR(23) NOT NULL, 
	release_date VARCHAR(23) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	CONSTRAINT pk_files PRIMARY KEY (dp_id), 
	CONSTRAINT uq_files_path UNIQUE (path)
);
INSERT INTO "files" VALUES('EFOSC.2022-01-26T12:00:00.001',1,'2022-01-26/EFOSC.2022-01-26T12:00:00.001.fits',8,'434728a410a78f56fc1b5899c3593436e61ab0c731e9072d95e96db290205e53','434728a410a78f56fc1b5899c3593436e61ab0c731e9072d95e96db290205e53','[]','BIAS','raw','EFOSC2',59605.5,'HD 1','108.22F6.001',0.0,'2022-02-01T00:00:00.000','2022-02-01T00:00:00.000','online');
CREATE TABLE headers (
	dp_id VARCHAR(200) NOT NULL, 
	keywords JSON NOT NULL, 
	CONSTRAINT pk_headers PRIMARY KEY (dp_id), 
	CONSTRAINT fk_headers_dp_id FOREIGN KEY(dp_id) REFERENCES files (dp_id)
);
INSERT INTO "headers" VALUES('EFOSC.2022-01-26T12:00:00.001','{"OBJECT": "HD 1"}');
CREATE TABLE jobs (
	id INTEGER NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	recipe VARCHAR(80) NOT NULL, 
	version VARCHAR(40) NOT NULL, 
	parameters JSON NOT NULL, 
	inputs JSON NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	seconds FLOAT, 
	products JSON NOT NULL, 
	reports JSON NOT NULL, 
	started VARCHAR(23) NOT NULL, 
	finished VARCHAR(23), 
	message TEXT, 
	CONSTRAINT pk_jobs PRIMARY KEY (id), 
	CONSTRAINT uq_jobs_key UNIQUE ("key")
);
CREATE TABLE provenance (
	child VARCHAR(200) NOT NULL, 
	parent VARCHAR(200) NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_provenance PRIMARY KEY (child, parent), 
	CONSTRAINT fk_provenance_child FOREIGN KEY(child) REFERENCES files (dp_id), 
	CONSTRAINT fk_provenance_parent FOREIGN KEY(parent) REFERENCES files (dp_id)
);
CREATE TABLE qc_values (
	id INTEGER NOT NULL, 
	product_dp_id VARCHAR(200) NOT NULL, 
	instrument VARCHAR(40) NOT NULL, 
	night VARCHAR(10) NOT NULL, 
	mjd_obs FLOAT, 
	setup JSON NOT NULL, 
	detector VARCHAR(80) NOT NULL, 
	parameter VARCHAR(80) NOT NULL, 
	value FLOAT, 
	error FLOAT, 
	unit VARCHAR(60) NOT NULL, 
	estimator TEXT NOT NULL, 
	header_keyword VARCHAR(80), 
	header_value JSON, 
	score INTEGER, 
	CONSTRAINT pk_qc_values PRIMARY KEY (id), 
	CONSTRAINT fk_qc_values_product_dp_id FOREIGN KEY(product_dp_id) REFERENCES files (dp_id), 
	CONSTRAINT uq_qc_values_product_dp_id UNIQUE (product_dp_id, parameter, detector)
);
INSERT INTO "qc_values" VALUES(1,'EFOSC.2022-01-26T12:00:00.001','EFOSC2','2022-01-26',59605.5,'{"binning": "2x2"}','ccd40','bias_level_adu',211.5,0.02,'adu','mean',NULL,'null',NULL);
CREATE TABLE users (
	name VARCHAR(80) NOT NULL, 
	full_name TEXT NOT NULL, 
	roles JSON NOT NULL, 
	created VARCHAR(23) NOT NULL, 
	CONSTRAINT pk_users PRIMARY KEY (name)
);
INSERT INTO "users" VALUES('observer','','["owner"]','2022-02-01T00:00:00.000');
CREATE INDEX ix_files_listing ON files (instrument, mjd_obs);
CREATE INDEX ix_files_sha256 ON files (sha256);
CREATE INDEX ix_provenance_parent ON provenance (parent);
CREATE INDEX ix_qc_values_trend ON qc_values (instrument, parameter, mjd_obs);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
COMMIT;
