BEGIN TRANSACTION;
CREATE TABLE account (
	name VARCHAR(100) NOT NULL, 
	person_id INTEGER NOT NULL, 
	mailbox VARCHAR(254) NOT NULL, 
	phone VARCHAR(40) NOT NULL, 
	language VARCHAR(40) NOT NULL, 
	active BOOLEAN NOT NULL, 
	PRIMARY KEY (name), 
	FOREIGN KEY(person_id) REFERENCES person (id), 
	UNIQUE (person_id)
);
INSERT INTO "account" VALUES('secretary',1,'secretary@town.example','','zh-CN',1);
INSERT INTO "account" VALUES('mayor',2,'mayor@town.example','','zh-CN',1);
INSERT INTO "account" VALUES('inspector',3,'inspector@town.example','','zh-CN',1);
INSERT INTO "account" VALUES('verifier',4,'verifier@town.example','','zh-CN',1);
INSERT INTO "account" VALUES('owner',5,'owner@village.example','','zh-CN',1);
INSERT INTO "account" VALUES('clerk',6,'clerk@village.example','','zh-CN',1);
INSERT INTO "account" VALUES('other',7,'other@village.example','','zh-CN',1);
CREATE TABLE addressee (
	letter_id INTEGER NOT NULL, 
	post_id INTEGER NOT NULL, 
	copy_only BOOLEAN NOT NULL, 
	mail_id INTEGER, 
	PRIMARY KEY (letter_id, post_id), 
	FOREIGN KEY(letter_id) REFERENCES letter (id), 
	FOREIGN KEY(mail_id) REFERENCES mail (id), 
	FOREIGN KEY(post_id) REFERENCES post (id)
);
INSERT INTO "addressee" VALUES(1,5,0,1);
INSERT INTO "addressee" VALUES(1,6,1,2);
INSERT INTO "addressee" VALUES(2,5,0,1);
INSERT INTO "addressee" VALUES(2,6,1,2);
INSERT INTO "addressee" VALUES(3,5,0,1);
INSERT INTO "addressee" VALUES(3,6,1,2);
INSERT INTO "addressee" VALUES(4,3,0,3);
INSERT INTO "addressee" VALUES(5,5,0,1);
INSERT INTO "addressee" VALUES(5,6,1,2);
INSERT INTO "addressee" VALUES(6,3,0,3);
INSERT INTO "addressee" VALUES(7,5,0,1);
INSERT INTO "addressee" VALUES(8,5,0,1);
INSERT INTO "addressee" VALUES(8,6,1,2);
INSERT INTO "addressee" VALUES(9,3,0,3);
INSERT INTO "addressee" VALUES(10,5,0,1);
INSERT INTO "addressee" VALUES(11,4,0,4);
INSERT INTO "addressee" VALUES(12,5,0,1);
INSERT INTO "addressee" VALUES(12,6,1,2);
INSERT INTO "addressee" VALUES(13,3,0,3);
INSERT INTO "addressee" VALUES(14,5,0,1);
INSERT INTO "addressee" VALUES(15,4,0,4);
INSERT INTO "addressee" VALUES(16,2,0,5);
INSERT INTO "addressee" VALUES(17,5,0,1);
INSERT INTO "addressee" VALUES(17,6,1,2);
INSERT INTO "addressee" VALUES(18,3,0,3);
INSERT INTO "addressee" VALUES(19,5,0,1);
INSERT INTO "addressee" VALUES(20,4,0,4);
INSERT INTO "addressee" VALUES(21,2,0,5);
INSERT INTO "addressee" VALUES(22,5,0,1);
INSERT INTO "addressee" VALUES(22,4,1,4);
INSERT INTO "addressee" VALUES(23,5,0,1);
INSERT INTO "addressee" VALUES(23,6,1,2);
INSERT INTO "addressee" VALUES(24,3,0,3);
INSERT INTO "addressee" VALUES(25,5,0,1);
INSERT INTO "addressee" VALUES(25,6,1,2);
INSERT INTO "addressee" VALUES(26,3,0,3);
INSERT INTO "addressee" VALUES(27,5,0,1);
INSERT INTO "addressee" VALUES(28,4,0,4);
INSERT INTO "addressee" VALUES(29,5,0,1);
INSERT INTO "addressee" VALUES(30,5,0,1);
INSERT INTO "addressee" VALUES(30,6,1,2);
INSERT INTO "addressee" VALUES(31,5,0,NULL);
INSERT INTO "addressee" VALUES(31,6,1,NULL);
INSERT INTO "addressee" VALUES(32,5,0,1);
INSERT INTO "addressee" VALUES(32,6,1,2);
INSERT INTO "addressee" VALUES(32,4,1,4);
INSERT INTO "addressee" VALUES(33,5,0,NULL);
INSERT INTO "addressee" VALUES(34,5,0,NULL);
INSERT INTO "addressee" VALUES(34,4,1,NULL);
INSERT INTO "addressee" VALUES(35,5,0,1);
INSERT INTO "addressee" VALUES(35,4,1,4);
INSERT INTO "addressee" VALUES(35,3,1,3);
INSERT INTO "addressee" VALUES(36,5,0,NULL);
INSERT INTO "addressee" VALUES(37,5,0,NULL);
INSERT INTO "addressee" VALUES(37,4,1,NULL);
INSERT INTO "addressee" VALUES(38,1,0,NULL);
INSERT INTO "addressee" VALUES(38,4,1,NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE appointment (
	id INTEGER NOT NULL, 
	post_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	from_day DATE NOT NULL, 
	to_day DATE, 
	PRIMARY KEY (id), 
	CONSTRAINT "an appointment ends after it begins" CHECK (to_day IS NULL OR to_day >= from_day), 
	FOREIGN KEY(person_id) REFERENCES person (id), 
	FOREIGN KEY(post_id) REFERENCES post (id), 
	CONSTRAINT "one appointment once" UNIQUE (post_id, person_id, from_day)
);
INSERT INTO "appointment" VALUES(1,1,1,'2000-01-01',NULL);
INSERT INTO "appointment" VALUES(2,2,2,'2000-01-01',NULL);
INSERT INTO "appointment" VALUES(3,3,3,'2000-01-01',NULL);
INSERT INTO "appointment" VALUES(4,4,4,'2000-01-01',NULL);
INSERT INTO "appointment" VALUES(5,5,5,'2000-01-01',NULL);
INSERT INTO "appointment" VALUES(6,6,6,'2000-01-01',NULL);
INSERT INTO "appointment" VALUES(7,7,7,'2000-01-01',NULL);
CREATE TABLE closed_cycle (
	finding VARCHAR NOT NULL, 
	cycle INTEGER NOT NULL, 
	rounds INTEGER NOT NULL, 
	original_deadline DATE, 
	deadline DATE, 
	submitted_on DATE, 
	verified_on DATE, 
	closed_on DATE NOT NULL, 
	PRIMARY KEY (finding, cycle), 
	FOREIGN KEY(finding) REFERENCES finding (number)
);
INSERT INTO "closed_cycle" VALUES('ZC2026-008',1,1,'2027-02-02','2027-02-02','2026-11-20','2026-11-20','2026-11-20');
CREATE TABLE event (
	finding VARCHAR NOT NULL, 
	seq INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	act VARCHAR(40) NOT NULL, 
	"by" VARCHAR(100) NOT NULL, 
	imported BOOLEAN NOT NULL, 
	from_stage VARCHAR(40), 
	to_stage VARCHAR(40) NOT NULL, 
	round INTEGER NOT NULL, 
	cycle INTEGER NOT NULL, 
	reason VARCHAR NOT NULL, 
	said VARCHAR NOT NULL, 
	nonce VARCHAR(64), 
	previous VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (finding, seq), 
	CONSTRAINT "an act is one of the known" CHECK (act IN ('open', 'assign', 'accept', 'dispute', 'uphold', 'reassign', 'file_plan', 'approve_plan', 'return_plan', 'report_progress', 'complete_measure', 'attach_evidence', 'submit', 'take_back', 'pass_verification', 'return_for_rework', 'approve_closure', 'defer_closure', 'reopen', 'withdraw', 'merge', 'request_extension', 'approve_extension', 'refuse_extension', 'hand_over', 'amend')), 
	CONSTRAINT "an event leads to a known stage" CHECK (to_stage IN ('draft', 'assigned', 'disputed', 'planning', 'plan_review', 'in_progress', 'pending_verification', 'returned', 'pending_closure', 'closed', 'withdrawn', 'merged')), 
	CONSTRAINT "an event is chained" CHECK (length(hash) = 64 AND length(previous) = 64), 
	CONSTRAINT "events are numbered from one" CHECK (seq >= 1), 
	FOREIGN KEY(finding) REFERENCES finding (number), 
	CONSTRAINT "one act for one form" UNIQUE ("by", nonce)
);
INSERT INTO "event" VALUES('ZC2026-001',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "source": "自查", "title": "议事记录不全"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','2f23d697bc656396a6c016fefc7ea03552379237235cc8fe49fe6b21de11fa31');
INSERT INTO "event" VALUES('ZC2026-002',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','c7928e16513bdf5a52d73c73d549f6dd3a2130982ce9f768d3b5f2a373e38f33');
INSERT INTO "event" VALUES('ZC2026-002',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','assign','inspector',0,'draft','assigned',1,1,'','',NULL,'c7928e16513bdf5a52d73c73d549f6dd3a2130982ce9f768d3b5f2a373e38f33','98957d78b7b57439432da54f62bab2aff3323892dc1d7a7d22a07ac6490ffdad');
INSERT INTO "event" VALUES('ZC2026-003',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','46d01f6814a1362e62b2285eae54d78e224b634367316e563f3b7db4e56ac2c6');
INSERT INTO "event" VALUES('ZC2026-003',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','assign','inspector',0,'draft','assigned',1,1,'','',NULL,'46d01f6814a1362e62b2285eae54d78e224b634367316e563f3b7db4e56ac2c6','278477f7fcfe0409f8aa948b03f7a7fbf8cc9dd066662e6c767aa9ddec91ebce');
INSERT INTO "event" VALUES('ZC2026-003',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','accept','owner',0,'assigned','planning',1,1,'','',NULL,'278477f7fcfe0409f8aa948b03f7a7fbf8cc9dd066662e6c767aa9ddec91ebce','c97a6e62c872818ec88e75e24b579db9db65745ad9233743a0831522e2214b86');
INSERT INTO "event" VALUES('ZC2026-004',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','a7ed4f4d4eaee3bee243ef46ba94979f443bb4d2ad5f680121c054a0aeb8c5cd');
INSERT INTO "event" VALUES('ZC2026-004',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','assign','inspector',0,'draft','assigned',1,1,'','',NULL,'a7ed4f4d4eaee3bee243ef46ba94979f443bb4d2ad5f680121c054a0aeb8c5cd','aa44491f49f9f2b6abab26275eb706dfe6fbf2bdc8c164825ce1314b6d90c31a');
INSERT INTO "event" VALUES('ZC2026-004',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','accept','owner',0,'assigned','planning',1,1,'','',NULL,'aa44491f49f9f2b6abab26275eb706dfe6fbf2bdc8c164825ce1314b6d90c31a','74dcc667e371df1f77151ab4013934df19055ced2fe8c3126994244a35cfadcf');
INSERT INTO "event" VALUES('ZC2026-004',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','file_plan','owner',0,'planning','plan_review',1,1,'','{"measures": [["补记会议记录", null], ["公示两项支出", null]]}',NULL,'74dcc667e371df1f77151ab4013934df19055ced2fe8c3126994244a35cfadcf','dc49d1fe2af43c603607b5e8f559748e273f405584b29488d273094a3a7c8d8d');
INSERT INTO "event" VALUES('ZC2026-005',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','c029d74efe410f14f09e489462c01a85a5ffd547a632c169b3381499b6eaefbf');
INSERT INTO "event" VALUES('ZC2026-005',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','assign','inspector',0,'draft','assigned',1,1,'','',NULL,'c029d74efe410f14f09e489462c01a85a5ffd547a632c169b3381499b6eaefbf','d3e134ae1ce760f1630cdf3fa87b61b789d81a77eaf57283dc71f7a0ee911f4e');
INSERT INTO "event" VALUES('ZC2026-005',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','accept','owner',0,'assigned','planning',1,1,'','',NULL,'d3e134ae1ce760f1630cdf3fa87b61b789d81a77eaf57283dc71f7a0ee911f4e','f64b7cd638e190dcd67a7ab028e2f707706c9820aabec3c26463290c3e51a22a');
INSERT INTO "event" VALUES('ZC2026-005',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','file_plan','owner',0,'planning','plan_review',1,1,'','{"measures": [["补记会议记录", null], ["公示两项支出", null]]}',NULL,'f64b7cd638e190dcd67a7ab028e2f707706c9820aabec3c26463290c3e51a22a','7850fd507b0f938db1324b1586575877a4b56cf84572068734f8aaa33866163a');
INSERT INTO "event" VALUES('ZC2026-005',5,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','approve_plan','inspector',0,'plan_review','in_progress',1,1,'','',NULL,'7850fd507b0f938db1324b1586575877a4b56cf84572068734f8aaa33866163a','0389ef9a4b4ae9304e723b8be47f41cad2b58c05846819cc930a32b840856311');
INSERT INTO "event" VALUES('ZC2026-005',6,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','report_progress','owner',0,'in_progress','in_progress',1,1,'','{"percent": 60, "text": "已补记"}',NULL,'0389ef9a4b4ae9304e723b8be47f41cad2b58c05846819cc930a32b840856311','c77b5bde78806620f8798f009b6178e37a25e64c8023bb775814269d01e75aee');
INSERT INTO "event" VALUES('ZC2026-005',7,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','attach_evidence','owner',0,'in_progress','in_progress',1,1,'','{"files": ["会议记录.pdf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}',NULL,'c77b5bde78806620f8798f009b6178e37a25e64c8023bb775814269d01e75aee','9de42395f9e55f35e786a821df4fea80a97a7142764cb1a37528bd1428efe260');
INSERT INTO "event" VALUES('ZC2026-005',8,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','complete_measure','owner',0,'in_progress','in_progress',1,1,'','{"measure": 1}',NULL,'9de42395f9e55f35e786a821df4fea80a97a7142764cb1a37528bd1428efe260','b598f7c43818b79ddbc2314872bbe72329936bf00b611272e1dd249524de2a7e');
INSERT INTO "event" VALUES('ZC2026-005',9,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','complete_measure','owner',0,'in_progress','in_progress',1,1,'','{"measure": 2}',NULL,'b598f7c43818b79ddbc2314872bbe72329936bf00b611272e1dd249524de2a7e','485ded3c850b56876e3e862a4f4421fc23408ed11f5327c8a33a228b32ac8a45');
INSERT INTO "event" VALUES('ZC2026-006',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','f40a13fa2149b8e92c82f36a8ec73ebb7c8c8972edd23604f988c8e5110cd5d0');
INSERT INTO "event" VALUES('ZC2026-006',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','assign','inspector',0,'draft','assigned',1,1,'','',NULL,'f40a13fa2149b8e92c82f36a8ec73ebb7c8c8972edd23604f988c8e5110cd5d0','864d16d4b83b731c49618f30719906d282553ad9a44d63dd90595e7189dde953');
INSERT INTO "event" VALUES('ZC2026-006',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','accept','owner',0,'assigned','planning',1,1,'','',NULL,'864d16d4b83b731c49618f30719906d282553ad9a44d63dd90595e7189dde953','2d876877055d4b90c8b925c803a810b1d097ffeacbc6e1e8d6cb17756d1c430f');
INSERT INTO "event" VALUES('ZC2026-006',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','file_plan','owner',0,'planning','plan_review',1,1,'','{"measures": [["补记会议记录", null], ["公示两项支出", null]]}',NULL,'2d876877055d4b90c8b925c803a810b1d097ffeacbc6e1e8d6cb17756d1c430f','96796d35ec33547dd6cf781a3f3d51c9a5225ad093597eb77b084316ef4dd388');
INSERT INTO "event" VALUES('ZC2026-006',5,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','approve_plan','inspector',0,'plan_review','in_progress',1,1,'','',NULL,'96796d35ec33547dd6cf781a3f3d51c9a5225ad093597eb77b084316ef4dd388','d38a511e3f0dd73d53c2262d93c6980f6a9aa02480123e12bc493bfaea15202f');
INSERT INTO "event" VALUES('ZC2026-006',6,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','report_progress','owner',0,'in_progress','in_progress',1,1,'','{"percent": 60, "text": "已补记"}',NULL,'d38a511e3f0dd73d53c2262d93c6980f6a9aa02480123e12bc493bfaea15202f','0db206fc85ecb7b4d266a4de3fdafa3bcee36d5ad0f8ea98d929fd97a943d353');
INSERT INTO "event" VALUES('ZC2026-006',7,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','attach_evidence','owner',0,'in_progress','in_progress',1,1,'','{"files": ["会议记录.pdf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}',NULL,'0db206fc85ecb7b4d266a4de3fdafa3bcee36d5ad0f8ea98d929fd97a943d353','1d14f8f91ca80aff9aa0de1b917748adea56824d44205297d1ab4c7624a160ab');
INSERT INTO "event" VALUES('ZC2026-006',8,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','complete_measure','owner',0,'in_progress','in_progress',1,1,'','{"measure": 1}',NULL,'1d14f8f91ca80aff9aa0de1b917748adea56824d44205297d1ab4c7624a160ab','61c4c0c0cf3ef6a96ccbf903811486e1a480ac5bf43ec04219c4aab99fcba9bf');
INSERT INTO "event" VALUES('ZC2026-006',9,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','complete_measure','owner',0,'in_progress','in_progress',1,1,'','{"measure": 2}',NULL,'61c4c0c0cf3ef6a96ccbf903811486e1a480ac5bf43ec04219c4aab99fcba9bf','999538a3cd8dce23b4a5879aa2140738cf53bcf1cd419e38f8d5aa5a6177e4bb');
INSERT INTO "event" VALUES('ZC2026-006',10,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','submit','owner',0,'in_progress','pending_verification',1,1,'','{"result": "程序完整"}',NULL,'999538a3cd8dce23b4a5879aa2140738cf53bcf1cd419e38f8d5aa5a6177e4bb','a3f4b1c5fae2bb2d592382356087a19c626d11c274e5b52b0bd86d157d2812d5');
INSERT INTO "event" VALUES('ZC2026-007',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','88d95df6ddee3aaa0996e6869d7a5242d62e9a382c9dcb9c273dec2f464eca84');
INSERT INTO "event" VALUES('ZC2026-007',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','assign','inspector',0,'draft','assigned',1,1,'','',NULL,'88d95df6ddee3aaa0996e6869d7a5242d62e9a382c9dcb9c273dec2f464eca84','9a60c3aca69d4e8395a2092a7758446aeaf94a98134975ce176a126130c0fc5e');
INSERT INTO "event" VALUES('ZC2026-007',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','accept','owner',0,'assigned','planning',1,1,'','',NULL,'9a60c3aca69d4e8395a2092a7758446aeaf94a98134975ce176a126130c0fc5e','e072490d6209309f7f9639a08838475917f7ee03669e4100ef132c429c557c8a');
INSERT INTO "event" VALUES('ZC2026-007',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','file_plan','owner',0,'planning','plan_review',1,1,'','{"measures": [["补记会议记录", null], ["公示两项支出", null]]}',NULL,'e072490d6209309f7f9639a08838475917f7ee03669e4100ef132c429c557c8a','94e1a78beb72b15055f0aa9ca906cd6dcc01d372dff2a9359012e85428259f7e');
INSERT INTO "event" VALUES('ZC2026-007',5,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','approve_plan','inspector',0,'plan_review','in_progress',1,1,'','',NULL,'94e1a78beb72b15055f0aa9ca906cd6dcc01d372dff2a9359012e85428259f7e','1fdff0daca0f4c601e26174161c3397c9331f8bca636af1b103b4ecb0994e0d4');
INSERT INTO "event" VALUES('ZC2026-007',6,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','report_progress','owner',0,'in_progress','in_progress',1,1,'','{"percent": 60, "text": "已补记"}',NULL,'1fdff0daca0f4c601e26174161c3397c9331f8bca636af1b103b4ecb0994e0d4','4fb1dec49426713ab36e16d1eacb3d19981f5cee5e1fdbac941dec00f58294e1');
INSERT INTO "event" VALUES('ZC2026-007',7,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','attach_evidence','owner',0,'in_progress','in_progress',1,1,'','{"files": ["会议记录.pdf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}',NULL,'4fb1dec49426713ab36e16d1eacb3d19981f5cee5e1fdbac941dec00f58294e1','91fd446ed9725651fd2f39990b1d5794ef415d786647aa20b3a5c1b5cd0d2102');
INSERT INTO "event" VALUES('ZC2026-007',8,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','complete_measure','owner',0,'in_progress','in_progress',1,1,'','{"measure": 1}',NULL,'91fd446ed9725651fd2f39990b1d5794ef415d786647aa20b3a5c1b5cd0d2102','1ca8f1690b70f53b26662bdc0b67de13bc9465c6aecf7aae1407f86427aa32c3');
INSERT INTO "event" VALUES('ZC2026-007',9,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','complete_measure','owner',0,'in_progress','in_progress',1,1,'','{"measure": 2}',NULL,'1ca8f1690b70f53b26662bdc0b67de13bc9465c6aecf7aae1407f86427aa32c3','d201fff117a48fef57d96f037c3af01031f500f99dc8103add43b55384fa5632');
INSERT INTO "event" VALUES('ZC2026-007',10,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','submit','owner',0,'in_progress','pending_verification',1,1,'','{"result": "程序完整"}',NULL,'d201fff117a48fef57d96f037c3af01031f500f99dc8103add43b55384fa5632','2f77188d97edaee362e455248db92e7c10f6175d5cc556e12ac47f3cbc3ac575');
INSERT INTO "event" VALUES('ZC2026-007',11,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','pass_verification','verifier',0,'pending_verification','pending_closure',1,1,'','',NULL,'2f77188d97edaee362e455248db92e7c10f6175d5cc556e12ac47f3cbc3ac575','8e15bd3e9a1d8d93db52c912c27ece1b425baf612884f1b96f1b1c1b9e34881c');
INSERT INTO "event" VALUES('ZC2026-008',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','9d4984078d9720a5985a21bdff1eb6d9b9846ef3c514b710d7d3d312731f0c50');
INSERT INTO "event" VALUES('ZC2026-008',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','assign','inspector',0,'draft','assigned',1,1,'','',NULL,'9d4984078d9720a5985a21bdff1eb6d9b9846ef3c514b710d7d3d312731f0c50','e4055bc8ae72057338e868dae3ea1f8672c4bac97d0d4ea263ff85c0cee33491');
INSERT INTO "event" VALUES('ZC2026-008',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','accept','owner',0,'assigned','planning',1,1,'','',NULL,'e4055bc8ae72057338e868dae3ea1f8672c4bac97d0d4ea263ff85c0cee33491','1b501df7f75c0f9d12b522c0ac62870a133996aa72c514a3fedc482eadac7973');
INSERT INTO "event" VALUES('ZC2026-008',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','file_plan','owner',0,'planning','plan_review',1,1,'','{"measures": [["补记会议记录", null], ["公示两项支出", null]]}',NULL,'1b501df7f75c0f9d12b522c0ac62870a133996aa72c514a3fedc482eadac7973','f301b1de049e60183ce18874d3a68e49974a83fad6fdd4aeb02789d75b859ab9');
INSERT INTO "event" VALUES('ZC2026-008',5,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','approve_plan','inspector',0,'plan_review','in_progress',1,1,'','',NULL,'f301b1de049e60183ce18874d3a68e49974a83fad6fdd4aeb02789d75b859ab9','be14ac89a07bb7be44c36315c614ac3d93cfe6df8a76de40f781af4de3391d41');
INSERT INTO "event" VALUES('ZC2026-008',6,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','report_progress','owner',0,'in_progress','in_progress',1,1,'','{"percent": 60, "text": "已补记"}',NULL,'be14ac89a07bb7be44c36315c614ac3d93cfe6df8a76de40f781af4de3391d41','3a8a3e0f7dc1638dbc2591706e04ba9fb208009c2be13fa2d436d4582d4b4caa');
INSERT INTO "event" VALUES('ZC2026-008',7,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','attach_evidence','owner',0,'in_progress','in_progress',1,1,'','{"files": ["会议记录.pdf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}',NULL,'3a8a3e0f7dc1638dbc2591706e04ba9fb208009c2be13fa2d436d4582d4b4caa','daf403b32e1d52c722313910116005a6cea5b77d7544a617c87e00ca53549005');
INSERT INTO "event" VALUES('ZC2026-008',8,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','complete_measure','owner',0,'in_progress','in_progress',1,1,'','{"measure": 1}',NULL,'daf403b32e1d52c722313910116005a6cea5b77d7544a617c87e00ca53549005','7a4c3ba78a4c29144ef7e866d4c8243315aa8491f1cb287020adac162b9fe1d5');
INSERT INTO "event" VALUES('ZC2026-008',9,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','complete_measure','owner',0,'in_progress','in_progress',1,1,'','{"measure": 2}',NULL,'7a4c3ba78a4c29144ef7e866d4c8243315aa8491f1cb287020adac162b9fe1d5','a14651d5e29c97549526723e36e7411121aa46420292653fe393ad86c0f20d55');
INSERT INTO "event" VALUES('ZC2026-008',10,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','submit','owner',0,'in_progress','pending_verification',1,1,'','{"result": "程序完整"}',NULL,'a14651d5e29c97549526723e36e7411121aa46420292653fe393ad86c0f20d55','7169f4ee4455cd1b81a97a68d1bd0de741aedc229ed339c7f30c478791da2453');
INSERT INTO "event" VALUES('ZC2026-008',11,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','pass_verification','verifier',0,'pending_verification','pending_closure',1,1,'','',NULL,'7169f4ee4455cd1b81a97a68d1bd0de741aedc229ed339c7f30c478791da2453','9a2ccb58bb8f2b05bab3e2e99579d058894e8abf84ae865703b63725d036e6b8');
INSERT INTO "event" VALUES('ZC2026-008',12,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','approve_closure','mayor',0,'pending_closure','closed',1,1,'','{"meeting": "党委会第12次"}',NULL,'9a2ccb58bb8f2b05bab3e2e99579d058894e8abf84ae865703b63725d036e6b8','0215079783de49fa1ae211fce758899e7502a40a24f626d08cfb62b249419c47');
INSERT INTO "event" VALUES('ZC2026-009',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','7bb5043d6fd922d6009258bc69dff89ee1546aa88a7c571171aff605e82914ac');
INSERT INTO "event" VALUES('ZC2026-009',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','assign','inspector',0,'draft','assigned',1,1,'','',NULL,'7bb5043d6fd922d6009258bc69dff89ee1546aa88a7c571171aff605e82914ac','aa6340b1d9b3a71046c3f11e2e61a3d3fe928c0dea59883382636f28f839312c');
INSERT INTO "event" VALUES('ZC2026-009',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','dispute','owner',0,'assigned','disputed',1,1,'不属本村','{"reason": "不属本村"}',NULL,'aa6340b1d9b3a71046c3f11e2e61a3d3fe928c0dea59883382636f28f839312c','7eaa63b0f611fa410ea7ef4c7a5cfac170ba64dfc36e16f5994d12ed7cad174f');
INSERT INTO "event" VALUES('ZC2026-010',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','33cb74e834774bc1c3939601f3dc10b7b6eb0d1d276816a17c810b7cba997ebc');
INSERT INTO "event" VALUES('ZC2026-010',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','assign','inspector',0,'draft','assigned',1,1,'','',NULL,'33cb74e834774bc1c3939601f3dc10b7b6eb0d1d276816a17c810b7cba997ebc','a4d66425945869673a6b94f5d4589a372ddb96f39c43fc106f478102b97b6a7e');
INSERT INTO "event" VALUES('ZC2026-010',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','accept','owner',0,'assigned','planning',1,1,'','',NULL,'a4d66425945869673a6b94f5d4589a372ddb96f39c43fc106f478102b97b6a7e','a71b4725fc5be3b48731d3939e64fde59bf0b3470fd68a4138942df8b41b0e2d');
INSERT INTO "event" VALUES('ZC2026-010',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','file_plan','owner',0,'planning','plan_review',1,1,'','{"measures": [["补记会议记录", null], ["公示两项支出", null]]}',NULL,'a71b4725fc5be3b48731d3939e64fde59bf0b3470fd68a4138942df8b41b0e2d','5786f4f4aa3d7f6e97027dc6bfe655a10a319e4becd546f67bef5b3c96c0263d');
INSERT INTO "event" VALUES('ZC2026-010',5,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','approve_plan','inspector',0,'plan_review','in_progress',1,1,'','',NULL,'5786f4f4aa3d7f6e97027dc6bfe655a10a319e4becd546f67bef5b3c96c0263d','e9528015a6520b2549749b1a34016e9c3f1e6af9652c575a6cfd5112993fb555');
INSERT INTO "event" VALUES('ZC2026-010',6,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','report_progress','owner',0,'in_progress','in_progress',1,1,'','{"percent": 60, "text": "已补记"}',NULL,'e9528015a6520b2549749b1a34016e9c3f1e6af9652c575a6cfd5112993fb555','bc488531e8d54cc2aa60cfaac1ae21875df1f3cb64963f33f9e83694b8cdd0b9');
INSERT INTO "event" VALUES('ZC2026-010',7,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','attach_evidence','owner',0,'in_progress','in_progress',1,1,'','{"files": ["会议记录.pdf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}',NULL,'bc488531e8d54cc2aa60cfaac1ae21875df1f3cb64963f33f9e83694b8cdd0b9','81c2fe6ec8bf77b650d7b6e0e4c6ec4c2503e866d2d10bd21719630ada8fc04f');
INSERT INTO "event" VALUES('ZC2026-010',8,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','complete_measure','owner',0,'in_progress','in_progress',1,1,'','{"measure": 1}',NULL,'81c2fe6ec8bf77b650d7b6e0e4c6ec4c2503e866d2d10bd21719630ada8fc04f','b86094cba5c08cbe76087420af0b29e3e91fa50b110410904103825a4b234335');
INSERT INTO "event" VALUES('ZC2026-010',9,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','complete_measure','owner',0,'in_progress','in_progress',1,1,'','{"measure": 2}',NULL,'b86094cba5c08cbe76087420af0b29e3e91fa50b110410904103825a4b234335','f082fed2d16f61c18e1c98d2502f9ed1b5f4acf26937aa9ac062cab2044191f0');
INSERT INTO "event" VALUES('ZC2026-010',10,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','submit','owner',0,'in_progress','pending_verification',1,1,'','{"result": "程序完整"}',NULL,'f082fed2d16f61c18e1c98d2502f9ed1b5f4acf26937aa9ac062cab2044191f0','93fb84f1f254f89a2eb486f55bafee404d02ac4c8d4b761c21f2084364df92d2');
INSERT INTO "event" VALUES('ZC2026-010',11,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','return_for_rework','verifier',0,'pending_verification','returned',2,1,'材料不全，请补充会议记录','{"reason": "材料不全，请补充会议记录"}',NULL,'93fb84f1f254f89a2eb486f55bafee404d02ac4c8d4b761c21f2084364df92d2','799a71c9dafbff5f71f3650a5220b2d69edefc80c2a645281c67c2eeb514758a');
INSERT INTO "event" VALUES('ZC2026-011',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "source": "自查", "title": "议事记录不全"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','52364965ee3ccdb83504e0a0e6e17016b6684d61cd15408336d59729ded75c42');
INSERT INTO "event" VALUES('ZC2026-011',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','withdraw','inspector',0,'draft','withdrawn',1,1,'重复登记','{"reason": "重复登记"}',NULL,'52364965ee3ccdb83504e0a0e6e17016b6684d61cd15408336d59729ded75c42','8e252c8ac793494c11396663364568dfe39e3419970b80b58b4c100f24861e75');
INSERT INTO "event" VALUES('ZC2026-012',1,'2026-05-04 02:00:00.000000','2026-05-04 02:00:00.000000','open','inspector',0,NULL,'draft',1,1,'','{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-04-01", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','df30efb0d2f3a42c8e9053bcce7e737293ef7bd72ec6d34cba04410be02e296d');
INSERT INTO "event" VALUES('ZC2026-012',2,'2026-05-04 02:00:00.000000','2026-05-04 02:00:00.000000','assign','inspector',0,'draft','assigned',1,1,'','',NULL,'df30efb0d2f3a42c8e9053bcce7e737293ef7bd72ec6d34cba04410be02e296d','b1c07271c2e354d76d3b460bf963678361893b3b290001aefaa3c6a2ac323106');
INSERT INTO "event" VALUES('ZC2026-012',3,'2026-11-20 03:00:00.000000','2026-11-20 03:00:00.000000','accept','owner',0,'assigned','planning',1,1,'','',NULL,'b1c07271c2e354d76d3b460bf963678361893b3b290001aefaa3c6a2ac323106','d6345975121d1a2c56b2d4917e726b0d2b469782f6dd2d3de42802cc9e859b9c');
CREATE TABLE evidence (
	id INTEGER NOT NULL, 
	finding VARCHAR NOT NULL, 
	cycle INTEGER NOT NULL, 
	round INTEGER NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	size INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(100) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT "a hash has 64 digits" CHECK (sha256 = '' OR length(sha256) = 64), 
	FOREIGN KEY(finding) REFERENCES finding (number), 
	CONSTRAINT "the same file once" UNIQUE (finding, cycle, name, sha256)
);
INSERT INTO "evidence" VALUES(1,'ZC2026-005',1,1,'会议记录.pdf','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1234,'2026-11-20 02:00:00.000000','owner');
INSERT INTO "evidence" VALUES(2,'ZC2026-006',1,1,'会议记录.pdf','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1234,'2026-11-20 02:00:00.000000','owner');
INSERT INTO "evidence" VALUES(3,'ZC2026-007',1,1,'会议记录.pdf','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1234,'2026-11-20 02:00:00.000000','owner');
INSERT INTO "evidence" VALUES(4,'ZC2026-008',1,1,'会议记录.pdf','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1234,'2026-11-20 02:00:00.000000','owner');
INSERT INTO "evidence" VALUES(5,'ZC2026-010',1,1,'会议记录.pdf','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1234,'2026-11-20 02:00:00.000000','owner');
CREATE TABLE finding (
	number VARCHAR(60) NOT NULL, 
	version INTEGER NOT NULL, 
	stage VARCHAR(40) NOT NULL, 
	round INTEGER NOT NULL, 
	cycle INTEGER NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	source VARCHAR(40) NOT NULL, 
	inspection_round_id INTEGER, 
	category_no VARCHAR(20) NOT NULL, 
	category VARCHAR(200) NOT NULL, 
	item_no VARCHAR(20) NOT NULL, 
	item VARCHAR(300) NOT NULL, 
	condition VARCHAR NOT NULL, 
	root_cause VARCHAR NOT NULL, 
	severity VARCHAR(20) NOT NULL, 
	confidential BOOLEAN NOT NULL, 
	lead_unit_id INTEGER, 
	owner_post_id INTEGER, 
	lead_leader_post_id INTEGER, 
	responsible_leader_post_id INTEGER, 
	supervisor_post_id INTEGER, 
	verifier_post_id INTEGER, 
	inspector_post_id INTEGER, 
	assisting VARCHAR NOT NULL, 
	objective VARCHAR NOT NULL, 
	deadline_type VARCHAR(40) NOT NULL, 
	sustained BOOLEAN NOT NULL, 
	next_review_on DATE, 
	day_count VARCHAR(40) NOT NULL, 
	discovered_on DATE NOT NULL, 
	opened_on DATE NOT NULL, 
	assigned_on DATE, 
	accepted_on DATE, 
	original_deadline DATE, 
	deadline DATE, 
	deadline_version INTEGER NOT NULL, 
	deadline_set_on DATE, 
	deadline_by_hand BOOLEAN NOT NULL, 
	provisional BOOLEAN NOT NULL, 
	extensions INTEGER NOT NULL, 
	extension_reason VARCHAR NOT NULL, 
	extension_to DATE, 
	percent INTEGER NOT NULL, 
	progress VARCHAR NOT NULL, 
	submitted_on DATE, 
	submitted_by INTEGER, 
	verified_on DATE, 
	verified_by INTEGER, 
	verdict VARCHAR NOT NULL, 
	closed_on DATE, 
	first_closed_on DATE, 
	reopened_on DATE, 
	merged_into VARCHAR, 
	result VARCHAR NOT NULL, 
	publicity VARCHAR NOT NULL, 
	satisfaction VARCHAR NOT NULL, 
	remarks VARCHAR NOT NULL, 
	defaulted VARCHAR NOT NULL, 
	rules_version INTEGER NOT NULL, 
	stage_since DATE NOT NULL, 
	stage_event INTEGER NOT NULL, 
	next_look_on DATE, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (number), 
	CONSTRAINT "closed has its day" CHECK ((stage = 'closed') = (closed_on IS NOT NULL)), 
	CONSTRAINT "a day count is one of the known" CHECK (day_count IN ('calendar_days', 'working_days', 'months')), 
	CONSTRAINT "a deadline type is one of the known" CHECK (deadline_type IN ('immediate', 'time_limited', 'phased', 'sustained')), 
	CONSTRAINT "a stage is one of the known" CHECK (stage IN ('draft', 'assigned', 'disputed', 'planning', 'plan_review', 'in_progress', 'pending_verification', 'returned', 'pending_closure', 'closed', 'withdrawn', 'merged')), 
	CONSTRAINT "a finding has number and title" CHECK (trim(number) <> '' AND trim(title) <> ''), 
	CONSTRAINT "progress is from 0 to 100" CHECK (percent BETWEEN 0 AND 100), 
	CONSTRAINT "counts begin at one" CHECK (round >= 1 AND cycle >= 1 AND version >= 1), 
	FOREIGN KEY(inspection_round_id) REFERENCES inspection_round (id), 
	FOREIGN KEY(inspector_post_id) REFERENCES post (id), 
	FOREIGN KEY(lead_leader_post_id) REFERENCES post (id), 
	FOREIGN KEY(lead_unit_id) REFERENCES unit (id), 
	FOREIGN KEY(merged_into) REFERENCES finding (number), 
	FOREIGN KEY(owner_post_id) REFERENCES post (id), 
	FOREIGN KEY(responsible_leader_post_id) REFERENCES post (id), 
	FOREIGN KEY(submitted_by) REFERENCES person (id), 
	FOREIGN KEY(supervisor_post_id) REFERENCES post (id), 
	FOREIGN KEY(verified_by) REFERENCES person (id), 
	FOREIGN KEY(verifier_post_id) REFERENCES post (id)
);
INSERT INTO "finding" VALUES('ZC2026-001',1,'draft',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,NULL,NULL,NULL,NULL,NULL,NULL,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20',NULL,NULL,NULL,NULL,1,NULL,0,0,0,'',NULL,0,'',NULL,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,'','','','','',1,'2026-11-20',1,'2026-11-28','2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-002',2,'assigned',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,4,5,NULL,NULL,4,4,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20','2026-11-20',NULL,'2027-02-02','2027-02-02',1,'2026-11-20',0,1,0,'',NULL,0,'',NULL,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,'','','','','',1,'2026-11-20',2,'2026-11-25','2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-003',3,'planning',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,4,5,NULL,NULL,4,4,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20','2026-11-20','2026-11-20','2027-02-02','2027-02-02',1,'2026-11-20',0,1,0,'',NULL,0,'',NULL,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,'','','','','',1,'2026-11-20',3,'2027-01-13','2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-004',4,'plan_review',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,4,5,NULL,NULL,4,4,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20','2026-11-20','2026-11-20','2027-02-02','2027-02-02',1,'2026-11-20',0,1,0,'',NULL,0,'',NULL,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,'','','','','',1,'2026-11-20',4,'2026-11-28','2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-005',9,'in_progress',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,4,5,NULL,NULL,4,4,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20','2026-11-20','2026-11-20','2027-02-02','2027-02-02',1,'2026-11-20',0,1,0,'',NULL,60,'已补记',NULL,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,'','','','','',1,'2026-11-20',5,'2027-01-13','2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-006',10,'pending_verification',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,4,5,NULL,NULL,4,4,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20','2026-11-20','2026-11-20','2027-02-02','2027-02-02',1,'2026-11-20',0,1,0,'',NULL,60,'已补记','2026-11-20',5,NULL,NULL,'',NULL,NULL,NULL,NULL,'程序完整','','','','',1,'2026-11-20',10,'2026-11-28','2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-007',11,'pending_closure',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,4,5,NULL,NULL,4,4,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20','2026-11-20','2026-11-20','2027-02-02','2027-02-02',1,'2026-11-20',0,1,0,'',NULL,60,'已补记','2026-11-20',5,'2026-11-20',4,'通过',NULL,NULL,NULL,NULL,'程序完整','','','','',1,'2026-11-20',11,'2026-11-28','2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-008',12,'closed',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,4,5,NULL,NULL,4,4,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20','2026-11-20','2026-11-20','2027-02-02','2027-02-02',1,'2026-11-20',0,1,0,'',NULL,100,'已补记','2026-11-20',5,'2026-11-20',4,'通过','2026-11-20',NULL,NULL,NULL,'程序完整','','','','',1,'2026-11-20',12,NULL,'2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-009',3,'disputed',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,4,5,NULL,NULL,4,4,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20','2026-11-20',NULL,'2027-02-02','2027-02-02',1,'2026-11-20',0,1,0,'',NULL,0,'',NULL,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,'','','','','',1,'2026-11-20',3,'2026-11-28','2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-010',11,'returned',2,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,4,5,NULL,NULL,4,4,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20','2026-11-20','2026-11-20','2027-02-02','2027-02-02',1,'2026-11-20',0,1,0,'',NULL,60,'已补记','2026-11-20',5,'2026-11-20',4,'不通过：材料不全，请补充会议记录',NULL,NULL,NULL,NULL,'程序完整','','','','',1,'2026-11-20',11,'2027-01-13','2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-011',2,'withdrawn',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,NULL,NULL,NULL,NULL,NULL,NULL,3,'','','time_limited',0,NULL,'months','2026-11-02','2026-11-20',NULL,NULL,NULL,NULL,1,NULL,0,0,0,'',NULL,0,'',NULL,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,'','','','','',1,'2026-11-20',2,NULL,'2026-11-20 02:00:00.000000');
INSERT INTO "finding" VALUES('ZC2026-012',3,'planning',1,1,'议事记录不全','自查',NULL,'','','','','两项支出由支委会直接决定，缺少村民代表会议记录。','','一般',0,4,5,NULL,NULL,4,4,3,'','','time_limited',0,NULL,'months','2026-04-01','2026-05-04','2026-05-04','2026-11-20','2026-07-01','2026-07-01',1,'2026-05-04',0,0,0,'',NULL,0,'',NULL,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,'','','','','',1,'2026-11-20',3,NULL,'2026-05-04 02:00:00.000000');
CREATE TABLE inspection_round (
	id INTEGER NOT NULL, 
	source VARCHAR(40) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	document VARCHAR(200) NOT NULL, 
	feedback_on DATE, 
	PRIMARY KEY (id), 
	CONSTRAINT "a round's name is its own within a source" UNIQUE (source, name)
);
CREATE TABLE lease (
	job VARCHAR(40) NOT NULL, 
	holder VARCHAR(100) NOT NULL, 
	until DATETIME NOT NULL, 
	PRIMARY KEY (job)
);
CREATE TABLE letter (
	id INTEGER NOT NULL, 
	finding VARCHAR NOT NULL, 
	cycle INTEGER NOT NULL, 
	round INTEGER NOT NULL, 
	deadline_version INTEGER NOT NULL, 
	rung VARCHAR(40) NOT NULL, 
	occasion INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	due_on DATE NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	reminder BOOLEAN NOT NULL, 
	note VARCHAR NOT NULL, 
	signed_by VARCHAR(100) NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT "a letter's state is one of the known" CHECK (state IN ('planned', 'queued', 'drafted', 'sent', 'skipped', 'failed', 'in_doubt', 'cancelled')), 
	FOREIGN KEY(finding) REFERENCES finding (number), 
	CONSTRAINT "a letter is written once" UNIQUE (finding, cycle, deadline_version, rung, occasion)
);
INSERT INTO "letter" VALUES(1,'ZC2026-002',1,1,1,'assignment',2,'assignment','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(2,'ZC2026-003',1,1,1,'assignment',2,'assignment','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(3,'ZC2026-004',1,1,1,'assignment',2,'assignment','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(4,'ZC2026-004',1,1,1,'plan_filed',4,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(5,'ZC2026-005',1,1,1,'assignment',2,'assignment','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(6,'ZC2026-005',1,1,1,'plan_filed',4,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(7,'ZC2026-005',1,1,1,'plan_approved',5,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(8,'ZC2026-006',1,1,1,'assignment',2,'assignment','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(9,'ZC2026-006',1,1,1,'plan_filed',4,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(10,'ZC2026-006',1,1,1,'plan_approved',5,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(11,'ZC2026-006',1,1,1,'verification_requested',10,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(12,'ZC2026-007',1,1,1,'assignment',2,'assignment','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(13,'ZC2026-007',1,1,1,'plan_filed',4,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(14,'ZC2026-007',1,1,1,'plan_approved',5,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(15,'ZC2026-007',1,1,1,'verification_requested',10,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(16,'ZC2026-007',1,1,1,'closure_requested',11,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(17,'ZC2026-008',1,1,1,'assignment',2,'assignment','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(18,'ZC2026-008',1,1,1,'plan_filed',4,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(19,'ZC2026-008',1,1,1,'plan_approved',5,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(20,'ZC2026-008',1,1,1,'verification_requested',10,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(21,'ZC2026-008',1,1,1,'closure_requested',11,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(22,'ZC2026-008',1,1,1,'closed',12,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(23,'ZC2026-009',1,1,1,'assignment',2,'assignment','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(24,'ZC2026-009',1,1,1,'dispute_filed',3,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(25,'ZC2026-010',1,1,1,'assignment',2,'assignment','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(26,'ZC2026-010',1,1,1,'plan_filed',4,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(27,'ZC2026-010',1,1,1,'plan_approved',5,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(28,'ZC2026-010',1,1,1,'verification_requested',10,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(29,'ZC2026-010',1,2,1,'returned',11,'notice','2026-11-20','queued',0,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(30,'ZC2026-012',1,1,1,'assignment',2,'assignment','2026-05-04','queued',0,'','','2026-05-04 02:00:00.000000');
INSERT INTO "letter" VALUES(31,'ZC2026-012',1,1,0,'acceptance_reminder',2,'reminder','2026-05-08','skipped',1,'更高一级已到期','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(32,'ZC2026-012',1,1,0,'acceptance_overdue',2,'reminder','2026-05-12','queued',1,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(33,'ZC2026-012',1,1,1,'green_reminder',0,'reminder','2026-06-11','skipped',1,'更高一级已到期','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(34,'ZC2026-012',1,1,1,'yellow_reminder',0,'reminder','2026-06-21','skipped',1,'更高一级已到期','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(35,'ZC2026-012',1,1,1,'red_order',0,'supervision_order','2026-07-02','queued',1,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(36,'ZC2026-012',1,1,1,'second_order',0,'listed','2026-07-08','drafted',1,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(37,'ZC2026-012',1,1,1,'interview',0,'interview','2026-07-15','drafted',1,'','','2026-11-20 02:00:00.000000');
INSERT INTO "letter" VALUES(38,'ZC2026-012',1,1,1,'circular',0,'circular','2026-07-29','drafted',1,'','','2026-11-20 02:00:00.000000');
CREATE TABLE mail (
	id INTEGER NOT NULL, 
	message_id VARCHAR(200) NOT NULL, 
	recipient VARCHAR(254) NOT NULL, 
	person_id INTEGER NOT NULL, 
	language VARCHAR(10) NOT NULL, 
	subject VARCHAR NOT NULL, 
	content BLOB NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_at DATETIME NOT NULL, 
	claimed_at DATETIME, 
	sent_at DATETIME, 
	note VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT "a mail's state is one of the known" CHECK (state IN ('queued', 'claimed', 'data', 'sent', 'failed', 'in_doubt', 'cancelled')), 
	CONSTRAINT "a mail has a recipient" CHECK (length(recipient) > 0), 
	FOREIGN KEY(person_id) REFERENCES person (id), 
	UNIQUE (message_id)
);
INSERT INTO "mail" VALUES(1,'<8ce2b4da1e7349deb8fd15750fee5ec7@town.example>','owner@village.example',5,'zh-CN','【红色督办】ZC2026-012 已逾期142日 等19件',X'4D6573736167652D49443A203C386365326234646131653733343964656238666431353735306665653565633740746F776E2E6578616D706C653E0D0A446174653A204672692C203230204E6F7620323032362031303A30303A3030202B303830300D0A','sent',0,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',NULL,'sent','2026-11-20 02:00:00.000000');
INSERT INTO "mail" VALUES(2,'<11eee21483a84e43b7c1e5bf0a053456@town.example>','clerk@village.example',6,'zh-CN','【认领超期】ZC2026-012（抄送） 等11件',X'4D6573736167652D49443A203C313165656532313438336138346534336237633165356266306130353334353640746F776E2E6578616D706C653E0D0A446174653A204672692C203230204E6F7620323032362031303A30303A3030202B303830300D0A','claimed',0,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',NULL,'claimed','2026-11-20 02:00:00.000000');
INSERT INTO "mail" VALUES(3,'<f975fe69b514484f9991b2e7a34e97f0@town.example>','inspector@town.example',3,'zh-CN','【红色督办】ZC2026-012 已逾期142日（抄送） 等8件',X'4D6573736167652D49443A203C663937356665363962353134343834663939393162326537613334653937663040746F776E2E6578616D706C653E0D0A446174653A204672692C203230204E6F7620323032362031303A30303A3030202B303830300D0A','data',0,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',NULL,'data','2026-11-20 02:00:00.000000');
INSERT INTO "mail" VALUES(4,'<5b6f1f6e34834c8b8e193b818b86693e@town.example>','verifier@town.example',4,'zh-CN','【红色督办】ZC2026-012 已逾期142日（抄送） 等7件',X'4D6573736167652D49443A203C356236663166366533343833346338623865313933623831386238363639336540746F776E2E6578616D706C653E0D0A446174653A204672692C203230204E6F7620323032362031303A30303A3030202B303830300D0A','failed',0,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',NULL,'failed','2026-11-20 02:00:00.000000');
INSERT INTO "mail" VALUES(5,'<2b4f588c8ccc4296bbe771360c9e84f5@town.example>','mayor@town.example',2,'zh-CN','【待销号】ZC2026-007 等2件',X'4D6573736167652D49443A203C326234663538386338636363343239366262653737313336306339653834663540746F776E2E6578616D706C653E0D0A446174653A204672692C203230204E6F7620323032362031303A30303A3030202B303830300D0A','in_doubt',0,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',NULL,'in_doubt','2026-11-20 02:00:00.000000');
CREATE TABLE measure (
	id INTEGER NOT NULL, 
	finding VARCHAR NOT NULL, 
	cycle INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	text VARCHAR NOT NULL, 
	due_on DATE, 
	done_on DATE, 
	tracked BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(finding) REFERENCES finding (number), 
	CONSTRAINT "measures are numbered" UNIQUE (finding, cycle, seq)
);
INSERT INTO "measure" VALUES(1,'ZC2026-004',1,1,'补记会议记录',NULL,NULL,1);
INSERT INTO "measure" VALUES(2,'ZC2026-004',1,2,'公示两项支出',NULL,NULL,1);
INSERT INTO "measure" VALUES(3,'ZC2026-005',1,1,'补记会议记录',NULL,'2026-11-20',1);
INSERT INTO "measure" VALUES(4,'ZC2026-005',1,2,'公示两项支出',NULL,'2026-11-20',1);
INSERT INTO "measure" VALUES(5,'ZC2026-006',1,1,'补记会议记录',NULL,'2026-11-20',1);
INSERT INTO "measure" VALUES(6,'ZC2026-006',1,2,'公示两项支出',NULL,'2026-11-20',1);
INSERT INTO "measure" VALUES(7,'ZC2026-007',1,1,'补记会议记录',NULL,'2026-11-20',1);
INSERT INTO "measure" VALUES(8,'ZC2026-007',1,2,'公示两项支出',NULL,'2026-11-20',1);
INSERT INTO "measure" VALUES(9,'ZC2026-008',1,1,'补记会议记录',NULL,'2026-11-20',1);
INSERT INTO "measure" VALUES(10,'ZC2026-008',1,2,'公示两项支出',NULL,'2026-11-20',1);
INSERT INTO "measure" VALUES(11,'ZC2026-010',1,1,'补记会议记录',NULL,'2026-11-20',1);
INSERT INTO "measure" VALUES(12,'ZC2026-010',1,2,'公示两项支出',NULL,'2026-11-20',1);
CREATE TABLE number_series (
	prefix VARCHAR(40) NOT NULL, 
	last INTEGER NOT NULL, 
	PRIMARY KEY (prefix)
);
INSERT INTO "number_series" VALUES('ZC2026-',12);
CREATE TABLE outcome_figure (
	id INTEGER NOT NULL, 
	finding VARCHAR NOT NULL, 
	cycle INTEGER NOT NULL, 
	metric VARCHAR(40) NOT NULL, 
	amount VARCHAR(24) NOT NULL, 
	unit VARCHAR(10) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT "a metric is one of the known" CHECK (metric IN ('contracts', 'debt_resolved', 'receivables_collected', 'resource_fees', 'regulations')), 
	CONSTRAINT "a figure has a unit" CHECK (trim(unit) <> ''), 
	FOREIGN KEY(finding) REFERENCES finding (number), 
	CONSTRAINT "one figure for a metric" UNIQUE (finding, cycle, metric)
);
CREATE TABLE person (
	id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "person" VALUES(1,'党委书记');
INSERT INTO "person" VALUES(2,'乡长');
INSERT INTO "person" VALUES(3,'巡察员');
INSERT INTO "person" VALUES(4,'纪委书记');
INSERT INTO "person" VALUES(5,'甲书记');
INSERT INTO "person" VALUES(6,'甲报账员');
INSERT INTO "person" VALUES(7,'乙书记');
CREATE TABLE post (
	id INTEGER NOT NULL, 
	unit_id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(unit_id) REFERENCES unit (id), 
	CONSTRAINT "a post's name is its own within a unit" UNIQUE (unit_id, name)
);
INSERT INTO "post" VALUES(1,1,'乡党委书记');
INSERT INTO "post" VALUES(2,1,'乡长');
INSERT INTO "post" VALUES(3,2,'巡察办专员');
INSERT INTO "post" VALUES(4,3,'乡纪委书记');
INSERT INTO "post" VALUES(5,4,'甲村党支部书记');
INSERT INTO "post" VALUES(6,4,'甲村报账员');
INSERT INTO "post" VALUES(7,5,'乙村党支部书记');
CREATE TABLE post_role (
	post_id INTEGER NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	PRIMARY KEY (post_id, role), 
	CONSTRAINT "a role is one of the known" CHECK (role IN ('inspector', 'inspection_office', 'owner', 'verifier', 'approver', 'responsible_leader', 'lead_leader', 'first_responsible', 'party_head', 'unit_head', 'liaison', 'supervisor', 'discipline', 'organisation_dept', 'administrator', 'auditor')), 
	FOREIGN KEY(post_id) REFERENCES post (id)
);
INSERT INTO "post_role" VALUES(1,'first_responsible');
INSERT INTO "post_role" VALUES(1,'lead_leader');
INSERT INTO "post_role" VALUES(2,'approver');
INSERT INTO "post_role" VALUES(3,'inspection_office');
INSERT INTO "post_role" VALUES(3,'inspector');
INSERT INTO "post_role" VALUES(4,'verifier');
INSERT INTO "post_role" VALUES(4,'discipline');
INSERT INTO "post_role" VALUES(4,'supervisor');
INSERT INTO "post_role" VALUES(5,'party_head');
INSERT INTO "post_role" VALUES(5,'owner');
INSERT INTO "post_role" VALUES(6,'liaison');
INSERT INTO "post_role" VALUES(7,'party_head');
INSERT INTO "post_role" VALUES(7,'owner');
CREATE TABLE progress_entry (
	id INTEGER NOT NULL, 
	finding VARCHAR NOT NULL, 
	cycle INTEGER NOT NULL, 
	round INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(100) NOT NULL, 
	percent INTEGER NOT NULL, 
	text VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT "an entry is from 0 to 100" CHECK (percent BETWEEN 0 AND 100), 
	FOREIGN KEY(finding) REFERENCES finding (number)
);
INSERT INTO "progress_entry" VALUES(1,'ZC2026-005',1,1,'2026-11-20 02:00:00.000000','owner',60,'已补记');
INSERT INTO "progress_entry" VALUES(2,'ZC2026-006',1,1,'2026-11-20 02:00:00.000000','owner',60,'已补记');
INSERT INTO "progress_entry" VALUES(3,'ZC2026-007',1,1,'2026-11-20 02:00:00.000000','owner',60,'已补记');
INSERT INTO "progress_entry" VALUES(4,'ZC2026-008',1,1,'2026-11-20 02:00:00.000000','owner',60,'已补记');
INSERT INTO "progress_entry" VALUES(5,'ZC2026-010',1,1,'2026-11-20 02:00:00.000000','owner',60,'已补记');
CREATE TABLE regulation (
	id INTEGER NOT NULL, 
	finding VARCHAR NOT NULL, 
	name VARCHAR(300) NOT NULL, 
	document VARCHAR(100) NOT NULL, 
	issued_on DATE, 
	revised BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(finding) REFERENCES finding (number)
);
CREATE TABLE run (
	finding VARCHAR NOT NULL, 
	generation INTEGER NOT NULL, 
	cycle INTEGER NOT NULL, 
	flow_run_id VARCHAR(36) NOT NULL, 
	touched_at DATETIME, 
	ended_at DATETIME, 
	holder VARCHAR(200) NOT NULL, 
	version_seen INTEGER NOT NULL, 
	PRIMARY KEY (finding, generation), 
	FOREIGN KEY(finding) REFERENCES finding (number)
);
INSERT INTO "run" VALUES('ZC2026-002',1,1,'00000000-0000-4000-8000-000000000002','2026-11-20 02:00:00.000000',NULL,'town:1',2);
INSERT INTO "run" VALUES('ZC2026-003',1,1,'00000000-0000-4000-8000-000000000003','2026-11-20 02:00:00.000000',NULL,'town:1',3);
INSERT INTO "run" VALUES('ZC2026-004',1,1,'00000000-0000-4000-8000-000000000004','2026-11-20 02:00:00.000000',NULL,'town:1',4);
INSERT INTO "run" VALUES('ZC2026-005',1,1,'00000000-0000-4000-8000-000000000005','2026-11-20 02:00:00.000000',NULL,'town:1',9);
INSERT INTO "run" VALUES('ZC2026-006',1,1,'00000000-0000-4000-8000-000000000006','2026-11-20 02:00:00.000000',NULL,'town:1',10);
INSERT INTO "run" VALUES('ZC2026-007',1,1,'00000000-0000-4000-8000-000000000007','2026-11-20 02:00:00.000000',NULL,'town:1',11);
INSERT INTO "run" VALUES('ZC2026-008',1,1,'00000000-0000-4000-8000-000000000008','2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000','town:1',12);
CREATE TABLE seal (
	day DATE NOT NULL, 
	heads INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (day)
);
INSERT INTO "seal" VALUES('2026-11-20',12,'fb5d61f3447e30334d2b6e6a48ff486a9a9b9b9782605808e537875dbc84060b','2026-11-20 02:00:00.000000');
CREATE TABLE step_begun (
	finding VARCHAR NOT NULL, 
	cycle INTEGER NOT NULL, 
	round INTEGER NOT NULL, 
	step VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (finding, cycle, round, step), 
	CONSTRAINT "a step is one of the four" CHECK (step IN ('assign', 'follow-up', 'verify', 'close')), 
	FOREIGN KEY(finding) REFERENCES finding (number)
);
INSERT INTO "step_begun" VALUES('ZC2026-002',1,1,'assign','2026-11-20 02:00:00.000000');
INSERT INTO "step_begun" VALUES('ZC2026-003',1,1,'assign','2026-11-20 02:00:00.000000');
INSERT INTO "step_begun" VALUES('ZC2026-004',1,1,'assign','2026-11-20 02:00:00.000000');
INSERT INTO "step_begun" VALUES('ZC2026-005',1,1,'assign','2026-11-20 02:00:00.000000');
INSERT INTO "step_begun" VALUES('ZC2026-006',1,1,'assign','2026-11-20 02:00:00.000000');
INSERT INTO "step_begun" VALUES('ZC2026-007',1,1,'assign','2026-11-20 02:00:00.000000');
INSERT INTO "step_begun" VALUES('ZC2026-008',1,1,'assign','2026-11-20 02:00:00.000000');
CREATE TABLE substitution (
	id INTEGER NOT NULL, 
	post_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	from_day DATE, 
	to_day DATE, 
	PRIMARY KEY (id), 
	CONSTRAINT "a substitution has both days or none" CHECK ((from_day IS NULL) = (to_day IS NULL) AND (to_day IS NULL OR to_day >= from_day)), 
	FOREIGN KEY(person_id) REFERENCES person (id), 
	FOREIGN KEY(post_id) REFERENCES post (id), 
	CONSTRAINT "one substitution once" UNIQUE (post_id, person_id, from_day)
);
CREATE TABLE unit (
	id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	parent_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(parent_id) REFERENCES unit (id), 
	UNIQUE (name)
);
INSERT INTO "unit" VALUES(1,'和平乡','township',NULL);
INSERT INTO "unit" VALUES(2,'巡察办','office',1);
INSERT INTO "unit" VALUES(3,'乡纪委','office',1);
INSERT INTO "unit" VALUES(4,'甲村党支部','village',1);
INSERT INTO "unit" VALUES(5,'乙村党支部','village',1);
CREATE TABLE wake (
	id INTEGER NOT NULL, 
	finding VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	queued_at DATETIME NOT NULL, 
	next_at DATETIME NOT NULL, 
	attempts INTEGER NOT NULL, 
	done_at DATETIME, 
	note VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(finding) REFERENCES finding (number), 
	CONSTRAINT "one wake for one version" UNIQUE (finding, version)
);
INSERT INTO "wake" VALUES(1,'ZC2026-001',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(2,'ZC2026-002',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(3,'ZC2026-002',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(4,'ZC2026-003',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(5,'ZC2026-003',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(6,'ZC2026-003',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(7,'ZC2026-004',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(8,'ZC2026-004',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(9,'ZC2026-004',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(10,'ZC2026-004',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(11,'ZC2026-005',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(12,'ZC2026-005',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(13,'ZC2026-005',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(14,'ZC2026-005',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(15,'ZC2026-005',5,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(16,'ZC2026-005',6,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(17,'ZC2026-005',7,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(18,'ZC2026-005',8,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(19,'ZC2026-005',9,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(20,'ZC2026-006',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(21,'ZC2026-006',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(22,'ZC2026-006',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(23,'ZC2026-006',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(24,'ZC2026-006',5,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(25,'ZC2026-006',6,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(26,'ZC2026-006',7,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(27,'ZC2026-006',8,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(28,'ZC2026-006',9,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(29,'ZC2026-006',10,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(30,'ZC2026-007',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(31,'ZC2026-007',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(32,'ZC2026-007',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(33,'ZC2026-007',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(34,'ZC2026-007',5,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(35,'ZC2026-007',6,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(36,'ZC2026-007',7,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(37,'ZC2026-007',8,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(38,'ZC2026-007',9,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(39,'ZC2026-007',10,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(40,'ZC2026-007',11,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(41,'ZC2026-008',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(42,'ZC2026-008',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(43,'ZC2026-008',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(44,'ZC2026-008',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(45,'ZC2026-008',5,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(46,'ZC2026-008',6,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(47,'ZC2026-008',7,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(48,'ZC2026-008',8,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(49,'ZC2026-008',9,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(50,'ZC2026-008',10,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(51,'ZC2026-008',11,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(52,'ZC2026-008',12,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(53,'ZC2026-009',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(54,'ZC2026-009',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(55,'ZC2026-009',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(56,'ZC2026-010',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(57,'ZC2026-010',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(58,'ZC2026-010',3,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(59,'ZC2026-010',4,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(60,'ZC2026-010',5,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(61,'ZC2026-010',6,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(62,'ZC2026-010',7,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(63,'ZC2026-010',8,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(64,'ZC2026-010',9,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(65,'ZC2026-010',10,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(66,'ZC2026-010',11,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(67,'ZC2026-011',1,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(68,'ZC2026-011',2,'2026-11-20 02:00:00.000000','2026-11-20 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(69,'ZC2026-012',1,'2026-05-04 02:00:00.000000','2026-05-04 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(70,'ZC2026-012',2,'2026-05-04 02:00:00.000000','2026-05-04 02:00:00.000000',0,NULL,'');
INSERT INTO "wake" VALUES(71,'ZC2026-012',3,'2026-11-20 03:00:00.000000','2026-11-20 03:00:00.000000',0,NULL,'');
CREATE INDEX ix_unit_parent_id ON unit (parent_id);
CREATE INDEX mails_to_send ON mail (state, next_at);
CREATE INDEX ix_post_name ON post (name);
CREATE INDEX ix_appointment_person_id ON appointment (person_id);
CREATE INDEX ix_appointment_post_id ON appointment (post_id);
CREATE INDEX ix_finding_lead_unit_id ON finding (lead_unit_id);
CREATE INDEX ix_finding_next_look_on ON finding (next_look_on);
CREATE INDEX ix_finding_owner_post_id ON finding (owner_post_id);
CREATE INDEX ix_finding_stage ON finding (stage);
CREATE INDEX ix_post_role_role ON post_role (role);
CREATE INDEX ix_substitution_person_id ON substitution (person_id);
CREATE INDEX ix_substitution_post_id ON substitution (post_id);
CREATE INDEX ix_evidence_sha256 ON evidence (sha256);
CREATE INDEX letters_to_compose ON letter (state, id);
CREATE INDEX ix_progress_entry_finding ON progress_entry (finding);
CREATE INDEX ix_regulation_finding ON regulation (finding);
CREATE INDEX runs_of_prefect ON run (flow_run_id);
CREATE INDEX wakes_to_relay ON wake (done_at, next_at);
CREATE INDEX letters_of_a_mail ON addressee (mail_id);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
CREATE TRIGGER seal_no_update BEFORE UPDATE ON seal BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
CREATE TRIGGER seal_no_delete BEFORE DELETE ON seal BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
CREATE TRIGGER closed_cycle_no_update BEFORE UPDATE ON closed_cycle BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
CREATE TRIGGER closed_cycle_no_delete BEFORE DELETE ON closed_cycle BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
COMMIT;
