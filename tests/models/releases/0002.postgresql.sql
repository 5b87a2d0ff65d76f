CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'history is only added to'; END $$;
ALTER FUNCTION public.refuse_change() OWNER TO rectify;
CREATE TABLE public.account (
    name character varying(100) NOT NULL,
    person_id integer NOT NULL,
    mailbox character varying(254) NOT NULL,
    phone character varying(40) NOT NULL,
    language character varying(40) NOT NULL,
    active boolean NOT NULL
);
ALTER TABLE public.account OWNER TO rectify;
CREATE TABLE public.addressee (
    letter_id integer NOT NULL,
    post_id integer NOT NULL,
    copy_only boolean NOT NULL,
    mail_id integer
);
ALTER TABLE public.addressee OWNER TO rectify;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
ALTER TABLE public.alembic_version OWNER TO rectify;
CREATE TABLE public.appointment (
    id integer NOT NULL,
    post_id integer NOT NULL,
    person_id integer NOT NULL,
    from_day date NOT NULL,
    to_day date,
    CONSTRAINT "an appointment ends after it begins" CHECK (((to_day IS NULL) OR (to_day >= from_day)))
);
ALTER TABLE public.appointment OWNER TO rectify;
CREATE SEQUENCE public.appointment_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.appointment_id_seq OWNER TO rectify;
ALTER SEQUENCE public.appointment_id_seq OWNED BY public.appointment.id;
CREATE TABLE public.closed_cycle (
    finding character varying NOT NULL,
    cycle integer NOT NULL,
    rounds integer NOT NULL,
    original_deadline date,
    deadline date,
    submitted_on date,
    verified_on date,
    closed_on date NOT NULL
);
ALTER TABLE public.closed_cycle OWNER TO rectify;
CREATE TABLE public.event (
    finding character varying NOT NULL,
    seq integer NOT NULL,
    at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    act character varying(40) NOT NULL,
    by character varying(100) NOT NULL,
    imported boolean NOT NULL,
    from_stage character varying(40),
    to_stage character varying(40) NOT NULL,
    round integer NOT NULL,
    cycle integer NOT NULL,
    reason character varying NOT NULL,
    said character varying NOT NULL,
    nonce character varying(64),
    previous character varying(64) NOT NULL,
    hash character varying(64) NOT NULL,
    CONSTRAINT "an act is one of the known" CHECK (((act)::text = ANY ((ARRAY['open'::character varying, 'assign'::character varying, 'accept'::character varying, 'dispute'::character varying, 'uphold'::character varying, 'reassign'::character varying, 'file_plan'::character varying, 'approve_plan'::character varying, 'return_plan'::character varying, 'report_progress'::character varying, 'complete_measure'::character varying, 'attach_evidence'::character varying, 'submit'::character varying, 'take_back'::character varying, 'pass_verification'::character varying, 'return_for_rework'::character varying, 'approve_closure'::character varying, 'defer_closure'::character varying, 'reopen'::character varying, 'withdraw'::character varying, 'merge'::character varying, 'request_extension'::character varying, 'approve_extension'::character varying, 'refuse_extension'::character varying, 'hand_over'::character varying, 'amend'::character varying])::text[]))),
    CONSTRAINT "an event is chained" CHECK (((length((hash)::text) = 64) AND (length((previous)::text) = 64))),
    CONSTRAINT "an event leads to a known stage" CHECK (((to_stage)::text = ANY ((ARRAY['draft'::character varying, 'assigned'::character varying, 'disputed'::character varying, 'planning'::character varying, 'plan_review'::character varying, 'in_progress'::character varying, 'pending_verification'::character varying, 'returned'::character varying, 'pending_closure'::character varying, 'closed'::character varying, 'withdrawn'::character varying, 'merged'::character varying])::text[]))),
    CONSTRAINT "events are numbered from one" CHECK ((seq >= 1))
);
ALTER TABLE public.event OWNER TO rectify;
CREATE TABLE public.evidence (
    id integer NOT NULL,
    finding character varying NOT NULL,
    cycle integer NOT NULL,
    round integer NOT NULL,
    name character varying(255) NOT NULL,
    sha256 character varying(64) NOT NULL,
    size integer NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(100) NOT NULL,
    CONSTRAINT "a hash has 64 digits" CHECK ((((sha256)::text = ''::text) OR (length((sha256)::text) = 64)))
);
ALTER TABLE public.evidence OWNER TO rectify;
CREATE SEQUENCE public.evidence_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.evidence_id_seq OWNER TO rectify;
ALTER SEQUENCE public.evidence_id_seq OWNED BY public.evidence.id;
CREATE TABLE public.finding (
    number character varying(60) NOT NULL,
    version integer NOT NULL,
    stage character varying(40) NOT NULL,
    round integer NOT NULL,
    cycle integer NOT NULL,
    title character varying(300) NOT NULL,
    source character varying(40) NOT NULL,
    inspection_round_id integer,
    category_no character varying(20) NOT NULL,
    category character varying(200) NOT NULL,
    item_no character varying(20) NOT NULL,
    item character varying(300) NOT NULL,
    condition character varying NOT NULL,
    root_cause character varying NOT NULL,
    severity character varying(20) NOT NULL,
    confidential boolean NOT NULL,
    lead_unit_id integer,
    owner_post_id integer,
    lead_leader_post_id integer,
    responsible_leader_post_id integer,
    supervisor_post_id integer,
    verifier_post_id integer,
    inspector_post_id integer,
    assisting character varying NOT NULL,
    objective character varying NOT NULL,
    deadline_type character varying(40) NOT NULL,
    sustained boolean NOT NULL,
    next_review_on date,
    day_count character varying(40) NOT NULL,
    discovered_on date NOT NULL,
    opened_on date NOT NULL,
    assigned_on date,
    accepted_on date,
    original_deadline date,
    deadline date,
    deadline_version integer NOT NULL,
    deadline_set_on date,
    deadline_by_hand boolean NOT NULL,
    provisional boolean NOT NULL,
    extensions integer NOT NULL,
    extension_reason character varying NOT NULL,
    extension_to date,
    percent integer NOT NULL,
    progress character varying NOT NULL,
    submitted_on date,
    submitted_by integer,
    verified_on date,
    verified_by integer,
    verdict character varying NOT NULL,
    closed_on date,
    first_closed_on date,
    reopened_on date,
    merged_into character varying,
    result character varying NOT NULL,
    publicity character varying NOT NULL,
    satisfaction character varying NOT NULL,
    remarks character varying NOT NULL,
    defaulted character varying NOT NULL,
    rules_version integer NOT NULL,
    stage_since date NOT NULL,
    stage_event integer NOT NULL,
    next_look_on date,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT "a day count is one of the known" CHECK (((day_count)::text = ANY ((ARRAY['calendar_days'::character varying, 'working_days'::character varying, 'months'::character varying])::text[]))),
    CONSTRAINT "a deadline type is one of the known" CHECK (((deadline_type)::text = ANY ((ARRAY['immediate'::character varying, 'time_limited'::character varying, 'phased'::character varying, 'sustained'::character varying])::text[]))),
    CONSTRAINT "a finding has number and title" CHECK (((TRIM(BOTH FROM number) <> ''::text) AND (TRIM(BOTH FROM title) <> ''::text))),
    CONSTRAINT "a stage is one of the known" CHECK (((stage)::text = ANY ((ARRAY['draft'::character varying, 'assigned'::character varying, 'disputed'::character varying, 'planning'::character varying, 'plan_review'::character varying, 'in_progress'::character varying, 'pending_verification'::character varying, 'returned'::character varying, 'pending_closure'::character varying, 'closed'::character varying, 'withdrawn'::character varying, 'merged'::character varying])::text[]))),
    CONSTRAINT "closed has its day" CHECK ((((stage)::text = 'closed'::text) = (closed_on IS NOT NULL))),
    CONSTRAINT "counts begin at one" CHECK (((round >= 1) AND (cycle >= 1) AND (version >= 1))),
    CONSTRAINT "progress is from 0 to 100" CHECK (((percent >= 0) AND (percent <= 100)))
);
ALTER TABLE public.finding OWNER TO rectify;
CREATE TABLE public.inspection_round (
    id integer NOT NULL,
    source character varying(40) NOT NULL,
    name character varying(200) NOT NULL,
    document character varying(200) NOT NULL,
    feedback_on date
);
ALTER TABLE public.inspection_round OWNER TO rectify;
CREATE SEQUENCE public.inspection_round_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.inspection_round_id_seq OWNER TO rectify;
ALTER SEQUENCE public.inspection_round_id_seq OWNED BY public.inspection_round.id;
CREATE TABLE public.lease (
    job character varying(40) NOT NULL,
    holder character varying(100) NOT NULL,
    until timestamp with time zone NOT NULL
);
ALTER TABLE public.lease OWNER TO rectify;
CREATE TABLE public.letter (
    id integer NOT NULL,
    finding character varying NOT NULL,
    cycle integer NOT NULL,
    round integer NOT NULL,
    deadline_version integer NOT NULL,
    rung character varying(40) NOT NULL,
    occasion integer NOT NULL,
    kind character varying(40) NOT NULL,
    due_on date NOT NULL,
    state character varying(40) NOT NULL,
    reminder boolean NOT NULL,
    note character varying NOT NULL,
    signed_by character varying(100) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT "a letter's state is one of the known" CHECK (((state)::text = ANY ((ARRAY['planned'::character varying, 'queued'::character varying, 'drafted'::character varying, 'sent'::character varying, 'skipped'::character varying, 'failed'::character varying, 'in_doubt'::character varying, 'cancelled'::character varying])::text[])))
);
ALTER TABLE public.letter OWNER TO rectify;
CREATE SEQUENCE public.letter_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.letter_id_seq OWNER TO rectify;
ALTER SEQUENCE public.letter_id_seq OWNED BY public.letter.id;
CREATE TABLE public.mail (
    id integer NOT NULL,
    message_id character varying(200) NOT NULL,
    recipient character varying(254) NOT NULL,
    person_id integer NOT NULL,
    language character varying(10) NOT NULL,
    subject character varying NOT NULL,
    content bytea NOT NULL,
    state character varying(40) NOT NULL,
    attempts integer NOT NULL,
    next_at timestamp with time zone NOT NULL,
    claimed_at timestamp with time zone,
    sent_at timestamp with time zone,
    note character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT "a mail has a recipient" CHECK ((length((recipient)::text) > 0)),
    CONSTRAINT "a mail's state is one of the known" CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'claimed'::character varying, 'data'::character varying, 'sent'::character varying, 'failed'::character varying, 'in_doubt'::character varying, 'cancelled'::character varying])::text[])))
);
ALTER TABLE public.mail OWNER TO rectify;
CREATE SEQUENCE public.mail_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.mail_id_seq OWNER TO rectify;
ALTER SEQUENCE public.mail_id_seq OWNED BY public.mail.id;
CREATE TABLE public.measure (
    id integer NOT NULL,
    finding character varying NOT NULL,
    cycle integer NOT NULL,
    seq integer NOT NULL,
    text character varying NOT NULL,
    due_on date,
    done_on date,
    tracked boolean NOT NULL
);
ALTER TABLE public.measure OWNER TO rectify;
CREATE SEQUENCE public.measure_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.measure_id_seq OWNER TO rectify;
ALTER SEQUENCE public.measure_id_seq OWNED BY public.measure.id;
CREATE TABLE public.number_series (
    prefix character varying(40) NOT NULL,
    last integer NOT NULL
);
ALTER TABLE public.number_series OWNER TO rectify;
CREATE TABLE public.outcome_figure (
    id integer NOT NULL,
    finding character varying NOT NULL,
    cycle integer NOT NULL,
    metric character varying(40) NOT NULL,
    amount numeric(18,2) NOT NULL,
    unit character varying(10) NOT NULL,
    CONSTRAINT "a figure has a unit" CHECK ((TRIM(BOTH FROM unit) <> ''::text)),
    CONSTRAINT "a metric is one of the known" CHECK (((metric)::text = ANY ((ARRAY['contracts'::character varying, 'debt_resolved'::character varying, 'receivables_collected'::character varying, 'resource_fees'::character varying, 'regulations'::character varying])::text[])))
);
ALTER TABLE public.outcome_figure OWNER TO rectify;
CREATE SEQUENCE public.outcome_figure_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.outcome_figure_id_seq OWNER TO rectify;
ALTER SEQUENCE public.outcome_figure_id_seq OWNED BY public.outcome_figure.id;
CREATE TABLE public.person (
    id integer NOT NULL,
    name character varying(100) NOT NULL
);
ALTER TABLE public.person OWNER TO rectify;
CREATE SEQUENCE public.person_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.person_id_seq OWNER TO rectify;
ALTER SEQUENCE public.person_id_seq OWNED BY public.person.id;
CREATE TABLE public.post (
    id integer NOT NULL,
    unit_id integer NOT NULL,
    name character varying(200) NOT NULL
);
ALTER TABLE public.post OWNER TO rectify;
CREATE SEQUENCE public.post_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.post_id_seq OWNER TO rectify;
ALTER SEQUENCE public.post_id_seq OWNED BY public.post.id;
CREATE TABLE public.post_role (
    post_id integer NOT NULL,
    role character varying(40) NOT NULL,
    CONSTRAINT "a role is one of the known" CHECK (((role)::text = ANY ((ARRAY['inspector'::character varying, 'inspection_office'::character varying, 'owner'::character varying, 'verifier'::character varying, 'approver'::character varying, 'responsible_leader'::character varying, 'lead_leader'::character varying, 'first_responsible'::character varying, 'party_head'::character varying, 'unit_head'::character varying, 'liaison'::character varying, 'supervisor'::character varying, 'discipline'::character varying, 'organisation_dept'::character varying, 'administrator'::character varying, 'auditor'::character varying])::text[])))
);
ALTER TABLE public.post_role OWNER TO rectify;
CREATE TABLE public.progress_entry (
    id integer NOT NULL,
    finding character varying NOT NULL,
    cycle integer NOT NULL,
    round integer NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(100) NOT NULL,
    percent integer NOT NULL,
    text character varying NOT NULL,
    CONSTRAINT "an entry is from 0 to 100" CHECK (((percent >= 0) AND (percent <= 100)))
);
ALTER TABLE public.progress_entry OWNER TO rectify;
CREATE SEQUENCE public.progress_entry_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.progress_entry_id_seq OWNER TO rectify;
ALTER SEQUENCE public.progress_entry_id_seq OWNED BY public.progress_entry.id;
CREATE TABLE public.regulation (
    id integer NOT NULL,
    finding character varying NOT NULL,
    name character varying(300) NOT NULL,
    document character varying(100) NOT NULL,
    issued_on date,
    revised boolean NOT NULL
);
ALTER TABLE public.regulation OWNER TO rectify;
CREATE SEQUENCE public.regulation_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.regulation_id_seq OWNER TO rectify;
ALTER SEQUENCE public.regulation_id_seq OWNED BY public.regulation.id;
CREATE TABLE public.run (
    finding character varying NOT NULL,
    generation integer NOT NULL,
    cycle integer NOT NULL,
    flow_run_id character varying(36) NOT NULL,
    touched_at timestamp with time zone,
    ended_at timestamp with time zone,
    holder character varying(200) NOT NULL,
    version_seen integer NOT NULL
);
ALTER TABLE public.run OWNER TO rectify;
CREATE TABLE public.seal (
    day date NOT NULL,
    heads integer NOT NULL,
    hash character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL
);
ALTER TABLE public.seal OWNER TO rectify;
CREATE TABLE public.step_begun (
    finding character varying NOT NULL,
    cycle integer NOT NULL,
    round integer NOT NULL,
    step character varying(40) NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT "a step is one of the four" CHECK (((step)::text = ANY ((ARRAY['assign'::character varying, 'follow-up'::character varying, 'verify'::character varying, 'close'::character varying])::text[])))
);
ALTER TABLE public.step_begun OWNER TO rectify;
CREATE TABLE public.substitution (
    id integer NOT NULL,
    post_id integer NOT NULL,
    person_id integer NOT NULL,
    from_day date,
    to_day date,
    CONSTRAINT "a substitution has both days or none" CHECK ((((from_day IS NULL) = (to_day IS NULL)) AND ((to_day IS NULL) OR (to_day >= from_day))))
);
ALTER TABLE public.substitution OWNER TO rectify;
CREATE SEQUENCE public.substitution_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.substitution_id_seq OWNER TO rectify;
ALTER SEQUENCE public.substitution_id_seq OWNED BY public.substitution.id;
CREATE TABLE public.unit (
    id integer NOT NULL,
    name character varying(200) NOT NULL,
    kind character varying(40) NOT NULL,
    parent_id integer
);
ALTER TABLE public.unit OWNER TO rectify;
CREATE SEQUENCE public.unit_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.unit_id_seq OWNER TO rectify;
ALTER SEQUENCE public.unit_id_seq OWNED BY public.unit.id;
CREATE TABLE public.wake (
    id integer NOT NULL,
    finding character varying NOT NULL,
    version integer NOT NULL,
    queued_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    done_at timestamp with time zone,
    note character varying NOT NULL
);
ALTER TABLE public.wake OWNER TO rectify;
CREATE SEQUENCE public.wake_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public.wake_id_seq OWNER TO rectify;
ALTER SEQUENCE public.wake_id_seq OWNED BY public.wake.id;
ALTER TABLE ONLY public.appointment ALTER COLUMN id SET DEFAULT nextval('public.appointment_id_seq'::regclass);
ALTER TABLE ONLY public.evidence ALTER COLUMN id SET DEFAULT nextval('public.evidence_id_seq'::regclass);
ALTER TABLE ONLY public.inspection_round ALTER COLUMN id SET DEFAULT nextval('public.inspection_round_id_seq'::regclass);
ALTER TABLE ONLY public.letter ALTER COLUMN id SET DEFAULT nextval('public.letter_id_seq'::regclass);
ALTER TABLE ONLY public.mail ALTER COLUMN id SET DEFAULT nextval('public.mail_id_seq'::regclass);
ALTER TABLE ONLY public.measure ALTER COLUMN id SET DEFAULT nextval('public.measure_id_seq'::regclass);
ALTER TABLE ONLY public.outcome_figure ALTER COLUMN id SET DEFAULT nextval('public.outcome_figure_id_seq'::regclass);
ALTER TABLE ONLY public.person ALTER COLUMN id SET DEFAULT nextval('public.person_id_seq'::regclass);
ALTER TABLE ONLY public.post ALTER COLUMN id SET DEFAULT nextval('public.post_id_seq'::regclass);
ALTER TABLE ONLY public.progress_entry ALTER COLUMN id SET DEFAULT nextval('public.progress_entry_id_seq'::regclass);
ALTER TABLE ONLY public.regulation ALTER COLUMN id SET DEFAULT nextval('public.regulation_id_seq'::regclass);
ALTER TABLE ONLY public.substitution ALTER COLUMN id SET DEFAULT nextval('public.substitution_id_seq'::regclass);
ALTER TABLE ONLY public.unit ALTER COLUMN id SET DEFAULT nextval('public.unit_id_seq'::regclass);
ALTER TABLE ONLY public.wake ALTER COLUMN id SET DEFAULT nextval('public.wake_id_seq'::regclass);
INSERT INTO public.account VALUES ('secretary', 1, 'secretary@town.example', '', 'zh-CN', true);
INSERT INTO public.account VALUES ('mayor', 2, 'mayor@town.example', '', 'zh-CN', true);
INSERT INTO public.account VALUES ('inspector', 3, 'inspector@town.example', '', 'zh-CN', true);
INSERT INTO public.account VALUES ('verifier', 4, 'verifier@town.example', '', 'zh-CN', true);
INSERT INTO public.account VALUES ('owner', 5, 'owner@village.example', '', 'zh-CN', true);
INSERT INTO public.account VALUES ('clerk', 6, 'clerk@village.example', '', 'zh-CN', true);
INSERT INTO public.account VALUES ('other', 7, 'other@village.example', '', 'zh-CN', true);
INSERT INTO public.addressee VALUES (31, 5, false, NULL);
INSERT INTO public.addressee VALUES (31, 6, true, NULL);
INSERT INTO public.addressee VALUES (33, 5, false, NULL);
INSERT INTO public.addressee VALUES (34, 5, false, NULL);
INSERT INTO public.addressee VALUES (34, 4, true, NULL);
INSERT INTO public.addressee VALUES (36, 5, false, NULL);
INSERT INTO public.addressee VALUES (37, 5, false, NULL);
INSERT INTO public.addressee VALUES (37, 4, true, NULL);
INSERT INTO public.addressee VALUES (38, 1, false, NULL);
INSERT INTO public.addressee VALUES (38, 4, true, NULL);
INSERT INTO public.addressee VALUES (1, 5, false, 1);
INSERT INTO public.addressee VALUES (2, 5, false, 1);
INSERT INTO public.addressee VALUES (3, 5, false, 1);
INSERT INTO public.addressee VALUES (5, 5, false, 1);
INSERT INTO public.addressee VALUES (7, 5, false, 1);
INSERT INTO public.addressee VALUES (8, 5, false, 1);
INSERT INTO public.addressee VALUES (10, 5, false, 1);
INSERT INTO public.addressee VALUES (12, 5, false, 1);
INSERT INTO public.addressee VALUES (14, 5, false, 1);
INSERT INTO public.addressee VALUES (17, 5, false, 1);
INSERT INTO public.addressee VALUES (19, 5, false, 1);
INSERT INTO public.addressee VALUES (22, 5, false, 1);
INSERT INTO public.addressee VALUES (23, 5, false, 1);
INSERT INTO public.addressee VALUES (25, 5, false, 1);
INSERT INTO public.addressee VALUES (27, 5, false, 1);
INSERT INTO public.addressee VALUES (29, 5, false, 1);
INSERT INTO public.addressee VALUES (30, 5, false, 1);
INSERT INTO public.addressee VALUES (32, 5, false, 1);
INSERT INTO public.addressee VALUES (35, 5, false, 1);
INSERT INTO public.addressee VALUES (1, 6, true, 2);
INSERT INTO public.addressee VALUES (2, 6, true, 2);
INSERT INTO public.addressee VALUES (3, 6, true, 2);
INSERT INTO public.addressee VALUES (5, 6, true, 2);
INSERT INTO public.addressee VALUES (8, 6, true, 2);
INSERT INTO public.addressee VALUES (12, 6, true, 2);
INSERT INTO public.addressee VALUES (17, 6, true, 2);
INSERT INTO public.addressee VALUES (23, 6, true, 2);
INSERT INTO public.addressee VALUES (25, 6, true, 2);
INSERT INTO public.addressee VALUES (30, 6, true, 2);
INSERT INTO public.addressee VALUES (32, 6, true, 2);
INSERT INTO public.addressee VALUES (4, 3, false, 3);
INSERT INTO public.addressee VALUES (6, 3, false, 3);
INSERT INTO public.addressee VALUES (9, 3, false, 3);
INSERT INTO public.addressee VALUES (13, 3, false, 3);
INSERT INTO public.addressee VALUES (18, 3, false, 3);
INSERT INTO public.addressee VALUES (24, 3, false, 3);
INSERT INTO public.addressee VALUES (26, 3, false, 3);
INSERT INTO public.addressee VALUES (35, 3, true, 3);
INSERT INTO public.addressee VALUES (11, 4, false, 4);
INSERT INTO public.addressee VALUES (15, 4, false, 4);
INSERT INTO public.addressee VALUES (20, 4, false, 4);
INSERT INTO public.addressee VALUES (22, 4, true, 4);
INSERT INTO public.addressee VALUES (28, 4, false, 4);
INSERT INTO public.addressee VALUES (32, 4, true, 4);
INSERT INTO public.addressee VALUES (35, 4, true, 4);
INSERT INTO public.addressee VALUES (16, 2, false, 5);
INSERT INTO public.addressee VALUES (21, 2, false, 5);
INSERT INTO public.alembic_version VALUES ('0002');
INSERT INTO public.appointment VALUES (1, 1, 1, '2000-01-01', NULL);
INSERT INTO public.appointment VALUES (2, 2, 2, '2000-01-01', NULL);
INSERT INTO public.appointment VALUES (3, 3, 3, '2000-01-01', NULL);
INSERT INTO public.appointment VALUES (4, 4, 4, '2000-01-01', NULL);
INSERT INTO public.appointment VALUES (5, 5, 5, '2000-01-01', NULL);
INSERT INTO public.appointment VALUES (6, 6, 6, '2000-01-01', NULL);
INSERT INTO public.appointment VALUES (7, 7, 7, '2000-01-01', NULL);
INSERT INTO public.closed_cycle VALUES ('ZC2026-008', 1, 1, '2027-02-02', '2027-02-02', '2026-11-20', '2026-11-20', '2026-11-20');
INSERT INTO public.event VALUES ('ZC2026-001', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "source": "自查", "title": "议事记录不全"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '2f23d697bc656396a6c016fefc7ea03552379237235cc8fe49fe6b21de11fa31');
INSERT INTO public.event VALUES ('ZC2026-002', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', 'c7928e16513bdf5a52d73c73d549f6dd3a2130982ce9f768d3b5f2a373e38f33');
INSERT INTO public.event VALUES ('ZC2026-002', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'assign', 'inspector', false, 'draft', 'assigned', 1, 1, '', '', NULL, 'c7928e16513bdf5a52d73c73d549f6dd3a2130982ce9f768d3b5f2a373e38f33', '98957d78b7b57439432da54f62bab2aff3323892dc1d7a7d22a07ac6490ffdad');
INSERT INTO public.event VALUES ('ZC2026-003', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '46d01f6814a1362e62b2285eae54d78e224b634367316e563f3b7db4e56ac2c6');
INSERT INTO public.event VALUES ('ZC2026-003', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'assign', 'inspector', false, 'draft', 'assigned', 1, 1, '', '', NULL, '46d01f6814a1362e62b2285eae54d78e224b634367316e563f3b7db4e56ac2c6', '278477f7fcfe0409f8aa948b03f7a7fbf8cc9dd066662e6c767aa9ddec91ebce');
INSERT INTO public.event VALUES ('ZC2026-003', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'accept', 'owner', false, 'assigned', 'planning', 1, 1, '', '', NULL, '278477f7fcfe0409f8aa948b03f7a7fbf8cc9dd066662e6c767aa9ddec91ebce', 'c97a6e62c872818ec88e75e24b579db9db65745ad9233743a0831522e2214b86');
INSERT INTO public.event VALUES ('ZC2026-004', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', 'a7ed4f4d4eaee3bee243ef46ba94979f443bb4d2ad5f680121c054a0aeb8c5cd');
INSERT INTO public.event VALUES ('ZC2026-004', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'assign', 'inspector', false, 'draft', 'assigned', 1, 1, '', '', NULL, 'a7ed4f4d4eaee3bee243ef46ba94979f443bb4d2ad5f680121c054a0aeb8c5cd', 'aa44491f49f9f2b6abab26275eb706dfe6fbf2bdc8c164825ce1314b6d90c31a');
INSERT INTO public.event VALUES ('ZC2026-004', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'accept', 'owner', false, 'assigned', 'planning', 1, 1, '', '', NULL, 'aa44491f49f9f2b6abab26275eb706dfe6fbf2bdc8c164825ce1314b6d90c31a', '74dcc667e371df1f77151ab4013934df19055ced2fe8c3126994244a35cfadcf');
INSERT INTO public.event VALUES ('ZC2026-004', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'file_plan', 'owner', false, 'planning', 'plan_review', 1, 1, '', '{"measures": [["补记会议记录", null], ["公示两项支出", null]]}', NULL, '74dcc667e371df1f77151ab4013934df19055ced2fe8c3126994244a35cfadcf', 'dc49d1fe2af43c603607b5e8f559748e273f405584b29488d273094a3a7c8d8d');
INSERT INTO public.event VALUES ('ZC2026-005', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', 'c029d74efe410f14f09e489462c01a85a5ffd547a632c169b3381499b6eaefbf');
INSERT INTO public.event VALUES ('ZC2026-005', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'assign', 'inspector', false, 'draft', 'assigned', 1, 1, '', '', NULL, 'c029d74efe410f14f09e489462c01a85a5ffd547a632c169b3381499b6eaefbf', 'd3e134ae1ce760f1630cdf3fa87b61b789d81a77eaf57283dc71f7a0ee911f4e');
INSERT INTO public.event VALUES ('ZC2026-005', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'accept', 'owner', false, 'assigned', 'planning', 1, 1, '', '', NULL, 'd3e134ae1ce760f1630cdf3fa87b61b789d81a77eaf57283dc71f7a0ee911f4e', 'f64b7cd638e190dcd67a7ab028e2f707706c9820aabec3c26463290c3e51a22a');
INSERT INTO public.event VALUES ('ZC2026-005', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'file_plan', 'owner', false, 'planning', 'plan_review', 1, 1, '', '{"measures": [["补记会议记录", null], ["公示两项支出", null]]}', NULL, 'f64b7cd638e190dcd67a7ab028e2f707706c9820aabec3c26463290c3e51a22a', '7850fd507b0f938db1324b1586575877a4b56cf84572068734f8aaa33866163a');
INSERT INTO public.event VALUES ('ZC2026-005', 5, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'approve_plan', 'inspector', false, 'plan_review', 'in_progress', 1, 1, '', '', NULL, '7850fd507b0f938db1324b1586575877a4b56cf84572068734f8aaa33866163a', '0389ef9a4b4ae9304e723b8be47f41cad2b58c05846819cc930a32b840856311');
INSERT INTO public.event VALUES ('ZC2026-005', 6, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'report_progress', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"percent": 60, "text": "已补记"}', NULL, '0389ef9a4b4ae9304e723b8be47f41cad2b58c05846819cc930a32b840856311', 'c77b5bde78806620f8798f009b6178e37a25e64c8023bb775814269d01e75aee');
INSERT INTO public.event VALUES ('ZC2026-005', 7, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'attach_evidence', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"files": ["会议记录.pdf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}', NULL, 'c77b5bde78806620f8798f009b6178e37a25e64c8023bb775814269d01e75aee', '9de42395f9e55f35e786a821df4fea80a97a7142764cb1a37528bd1428efe260');
INSERT INTO public.event VALUES ('ZC2026-005', 8, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'complete_measure', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"measure": 1}', NULL, '9de42395f9e55f35e786a821df4fea80a97a7142764cb1a37528bd1428efe260', 'b598f7c43818b79ddbc2314872bbe72329936bf00b611272e1dd249524de2a7e');
INSERT INTO public.event VALUES ('ZC2026-005', 9, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'complete_measure', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"measure": 2}', NULL, 'b598f7c43818b79ddbc2314872bbe72329936bf00b611272e1dd249524de2a7e', '485ded3c850b56876e3e862a4f4421fc23408ed11f5327c8a33a228b32ac8a45');
INSERT INTO public.event VALUES ('ZC2026-006', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', 'f40a13fa2149b8e92c82f36a8ec73ebb7c8c8972edd23604f988c8e5110cd5d0');
INSERT INTO public.event VALUES ('ZC2026-006', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'assign', 'inspector', false, 'draft', 'assigned', 1, 1, '', '', NULL, 'f40a13fa2149b8e92c82f36a8ec73ebb7c8c8972edd23604f988c8e5110cd5d0', '864d16d4b83b731c49618f30719906d282553ad9a44d63dd90595e7189dde953');
INSERT INTO public.event VALUES ('ZC2026-006', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'accept', 'owner', false, 'assigned', 'planning', 1, 1, '', '', NULL, '864d16d4b83b731c49618f30719906d282553ad9a44d63dd90595e7189dde953', '2d876877055d4b90c8b925c803a810b1d097ffeacbc6e1e8d6cb17756d1c430f');
INSERT INTO public.event VALUES ('ZC2026-006', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'file_plan', 'owner', false, 'planning', 'plan_review', 1, 1, '', '{"measures": [["补记会议记录", null], ["公示两项支出", null]]}', NULL, '2d876877055d4b90c8b925c803a810b1d097ffeacbc6e1e8d6cb17756d1c430f', '96796d35ec33547dd6cf781a3f3d51c9a5225ad093597eb77b084316ef4dd388');
INSERT INTO public.event VALUES ('ZC2026-006', 5, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'approve_plan', 'inspector', false, 'plan_review', 'in_progress', 1, 1, '', '', NULL, '96796d35ec33547dd6cf781a3f3d51c9a5225ad093597eb77b084316ef4dd388', 'd38a511e3f0dd73d53c2262d93c6980f6a9aa02480123e12bc493bfaea15202f');
INSERT INTO public.event VALUES ('ZC2026-006', 6, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'report_progress', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"percent": 60, "text": "已补记"}', NULL, 'd38a511e3f0dd73d53c2262d93c6980f6a9aa02480123e12bc493bfaea15202f', '0db206fc85ecb7b4d266a4de3fdafa3bcee36d5ad0f8ea98d929fd97a943d353');
INSERT INTO public.event VALUES ('ZC2026-006', 7, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'attach_evidence', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"files": ["会议记录.pdf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}', NULL, '0db206fc85ecb7b4d266a4de3fdafa3bcee36d5ad0f8ea98d929fd97a943d353', '1d14f8f91ca80aff9aa0de1b917748adea56824d44205297d1ab4c7624a160ab');
INSERT INTO public.event VALUES ('ZC2026-006', 8, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'complete_measure', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"measure": 1}', NULL, '1d14f8f91ca80aff9aa0de1b917748adea56824d44205297d1ab4c7624a160ab', '61c4c0c0cf3ef6a96ccbf903811486e1a480ac5bf43ec04219c4aab99fcba9bf');
INSERT INTO public.event VALUES ('ZC2026-006', 9, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'complete_measure', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"measure": 2}', NULL, '61c4c0c0cf3ef6a96ccbf903811486e1a480ac5bf43ec04219c4aab99fcba9bf', '999538a3cd8dce23b4a5879aa2140738cf53bcf1cd419e38f8d5aa5a6177e4bb');
INSERT INTO public.event VALUES ('ZC2026-006', 10, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'submit', 'owner', false, 'in_progress', 'pending_verification', 1, 1, '', '{"result": "程序完整"}', NULL, '999538a3cd8dce23b4a5879aa2140738cf53bcf1cd419e38f8d5aa5a6177e4bb', 'a3f4b1c5fae2bb2d592382356087a19c626d11c274e5b52b0bd86d157d2812d5');
INSERT INTO public.event VALUES ('ZC2026-007', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '88d95df6ddee3aaa0996e6869d7a5242d62e9a382c9dcb9c273dec2f464eca84');
INSERT INTO public.event VALUES ('ZC2026-007', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'assign', 'inspector', false, 'draft', 'assigned', 1, 1, '', '', NULL, '88d95df6ddee3aaa0996e6869d7a5242d62e9a382c9dcb9c273dec2f464eca84', '9a60c3aca69d4e8395a2092a7758446aeaf94a98134975ce176a126130c0fc5e');
INSERT INTO public.event VALUES ('ZC2026-007', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'accept', 'owner', false, 'assigned', 'planning', 1, 1, '', '', NULL, '9a60c3aca69d4e8395a2092a7758446aeaf94a98134975ce176a126130c0fc5e', 'e072490d6209309f7f9639a08838475917f7ee03669e4100ef132c429c557c8a');
INSERT INTO public.event VALUES ('ZC2026-007', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'file_plan', 'owner', false, 'planning', 'plan_review', 1, 1, '', '{"measures": [["补记会议记录", null], ["公示两项支出", null]]}', NULL, 'e072490d6209309f7f9639a08838475917f7ee03669e4100ef132c429c557c8a', '94e1a78beb72b15055f0aa9ca906cd6dcc01d372dff2a9359012e85428259f7e');
INSERT INTO public.event VALUES ('ZC2026-007', 5, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'approve_plan', 'inspector', false, 'plan_review', 'in_progress', 1, 1, '', '', NULL, '94e1a78beb72b15055f0aa9ca906cd6dcc01d372dff2a9359012e85428259f7e', '1fdff0daca0f4c601e26174161c3397c9331f8bca636af1b103b4ecb0994e0d4');
INSERT INTO public.event VALUES ('ZC2026-007', 6, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'report_progress', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"percent": 60, "text": "已补记"}', NULL, '1fdff0daca0f4c601e26174161c3397c9331f8bca636af1b103b4ecb0994e0d4', '4fb1dec49426713ab36e16d1eacb3d19981f5cee5e1fdbac941dec00f58294e1');
INSERT INTO public.event VALUES ('ZC2026-007', 7, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'attach_evidence', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"files": ["会议记录.pdf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}', NULL, '4fb1dec49426713ab36e16d1eacb3d19981f5cee5e1fdbac941dec00f58294e1', '91fd446ed9725651fd2f39990b1d5794ef415d786647aa20b3a5c1b5cd0d2102');
INSERT INTO public.event VALUES ('ZC2026-007', 8, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'complete_measure', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"measure": 1}', NULL, '91fd446ed9725651fd2f39990b1d5794ef415d786647aa20b3a5c1b5cd0d2102', '1ca8f1690b70f53b26662bdc0b67de13bc9465c6aecf7aae1407f86427aa32c3');
INSERT INTO public.event VALUES ('ZC2026-007', 9, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'complete_measure', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"measure": 2}', NULL, '1ca8f1690b70f53b26662bdc0b67de13bc9465c6aecf7aae1407f86427aa32c3', 'd201fff117a48fef57d96f037c3af01031f500f99dc8103add43b55384fa5632');
INSERT INTO public.event VALUES ('ZC2026-007', 10, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'submit', 'owner', false, 'in_progress', 'pending_verification', 1, 1, '', '{"result": "程序完整"}', NULL, 'd201fff117a48fef57d96f037c3af01031f500f99dc8103add43b55384fa5632', '2f77188d97edaee362e455248db92e7c10f6175d5cc556e12ac47f3cbc3ac575');
INSERT INTO public.event VALUES ('ZC2026-007', 11, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'pass_verification', 'verifier', false, 'pending_verification', 'pending_closure', 1, 1, '', '', NULL, '2f77188d97edaee362e455248db92e7c10f6175d5cc556e12ac47f3cbc3ac575', '8e15bd3e9a1d8d93db52c912c27ece1b425baf612884f1b96f1b1c1b9e34881c');
INSERT INTO public.event VALUES ('ZC2026-008', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '9d4984078d9720a5985a21bdff1eb6d9b9846ef3c514b710d7d3d312731f0c50');
INSERT INTO public.event VALUES ('ZC2026-008', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'assign', 'inspector', false, 'draft', 'assigned', 1, 1, '', '', NULL, '9d4984078d9720a5985a21bdff1eb6d9b9846ef3c514b710d7d3d312731f0c50', 'e4055bc8ae72057338e868dae3ea1f8672c4bac97d0d4ea263ff85c0cee33491');
INSERT INTO public.event VALUES ('ZC2026-008', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'accept', 'owner', false, 'assigned', 'planning', 1, 1, '', '', NULL, 'e4055bc8ae72057338e868dae3ea1f8672c4bac97d0d4ea263ff85c0cee33491', '1b501df7f75c0f9d12b522c0ac62870a133996aa72c514a3fedc482eadac7973');
INSERT INTO public.event VALUES ('ZC2026-008', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'file_plan', 'owner', false, 'planning', 'plan_review', 1, 1, '', '{"measures": [["补记会议记录", null], ["公示两项支出", null]]}', NULL, '1b501df7f75c0f9d12b522c0ac62870a133996aa72c514a3fedc482eadac7973', 'f301b1de049e60183ce18874d3a68e49974a83fad6fdd4aeb02789d75b859ab9');
INSERT INTO public.event VALUES ('ZC2026-008', 5, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'approve_plan', 'inspector', false, 'plan_review', 'in_progress', 1, 1, '', '', NULL, 'f301b1de049e60183ce18874d3a68e49974a83fad6fdd4aeb02789d75b859ab9', 'be14ac89a07bb7be44c36315c614ac3d93cfe6df8a76de40f781af4de3391d41');
INSERT INTO public.event VALUES ('ZC2026-008', 6, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'report_progress', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"percent": 60, "text": "已补记"}', NULL, 'be14ac89a07bb7be44c36315c614ac3d93cfe6df8a76de40f781af4de3391d41', '3a8a3e0f7dc1638dbc2591706e04ba9fb208009c2be13fa2d436d4582d4b4caa');
INSERT INTO public.event VALUES ('ZC2026-008', 7, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'attach_evidence', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"files": ["会议记录.pdf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}', NULL, '3a8a3e0f7dc1638dbc2591706e04ba9fb208009c2be13fa2d436d4582d4b4caa', 'daf403b32e1d52c722313910116005a6cea5b77d7544a617c87e00ca53549005');
INSERT INTO public.event VALUES ('ZC2026-008', 8, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'complete_measure', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"measure": 1}', NULL, 'daf403b32e1d52c722313910116005a6cea5b77d7544a617c87e00ca53549005', '7a4c3ba78a4c29144ef7e866d4c8243315aa8491f1cb287020adac162b9fe1d5');
INSERT INTO public.event VALUES ('ZC2026-008', 9, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'complete_measure', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"measure": 2}', NULL, '7a4c3ba78a4c29144ef7e866d4c8243315aa8491f1cb287020adac162b9fe1d5', 'a14651d5e29c97549526723e36e7411121aa46420292653fe393ad86c0f20d55');
INSERT INTO public.event VALUES ('ZC2026-008', 10, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'submit', 'owner', false, 'in_progress', 'pending_verification', 1, 1, '', '{"result": "程序完整"}', NULL, 'a14651d5e29c97549526723e36e7411121aa46420292653fe393ad86c0f20d55', '7169f4ee4455cd1b81a97a68d1bd0de741aedc229ed339c7f30c478791da2453');
INSERT INTO public.event VALUES ('ZC2026-008', 11, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'pass_verification', 'verifier', false, 'pending_verification', 'pending_closure', 1, 1, '', '', NULL, '7169f4ee4455cd1b81a97a68d1bd0de741aedc229ed339c7f30c478791da2453', '9a2ccb58bb8f2b05bab3e2e99579d058894e8abf84ae865703b63725d036e6b8');
INSERT INTO public.event VALUES ('ZC2026-008', 12, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'approve_closure', 'mayor', false, 'pending_closure', 'closed', 1, 1, '', '{"meeting": "党委会第12次"}', NULL, '9a2ccb58bb8f2b05bab3e2e99579d058894e8abf84ae865703b63725d036e6b8', '0215079783de49fa1ae211fce758899e7502a40a24f626d08cfb62b249419c47');
INSERT INTO public.event VALUES ('ZC2026-009', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '7bb5043d6fd922d6009258bc69dff89ee1546aa88a7c571171aff605e82914ac');
INSERT INTO public.event VALUES ('ZC2026-009', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'assign', 'inspector', false, 'draft', 'assigned', 1, 1, '', '', NULL, '7bb5043d6fd922d6009258bc69dff89ee1546aa88a7c571171aff605e82914ac', 'aa6340b1d9b3a71046c3f11e2e61a3d3fe928c0dea59883382636f28f839312c');
INSERT INTO public.event VALUES ('ZC2026-009', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'dispute', 'owner', false, 'assigned', 'disputed', 1, 1, '不属本村', '{"reason": "不属本村"}', NULL, 'aa6340b1d9b3a71046c3f11e2e61a3d3fe928c0dea59883382636f28f839312c', '7eaa63b0f611fa410ea7ef4c7a5cfac170ba64dfc36e16f5994d12ed7cad174f');
INSERT INTO public.event VALUES ('ZC2026-010', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '33cb74e834774bc1c3939601f3dc10b7b6eb0d1d276816a17c810b7cba997ebc');
INSERT INTO public.event VALUES ('ZC2026-010', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'assign', 'inspector', false, 'draft', 'assigned', 1, 1, '', '', NULL, '33cb74e834774bc1c3939601f3dc10b7b6eb0d1d276816a17c810b7cba997ebc', 'a4d66425945869673a6b94f5d4589a372ddb96f39c43fc106f478102b97b6a7e');
INSERT INTO public.event VALUES ('ZC2026-010', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'accept', 'owner', false, 'assigned', 'planning', 1, 1, '', '', NULL, 'a4d66425945869673a6b94f5d4589a372ddb96f39c43fc106f478102b97b6a7e', 'a71b4725fc5be3b48731d3939e64fde59bf0b3470fd68a4138942df8b41b0e2d');
INSERT INTO public.event VALUES ('ZC2026-010', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'file_plan', 'owner', false, 'planning', 'plan_review', 1, 1, '', '{"measures": [["补记会议记录", null], ["公示两项支出", null]]}', NULL, 'a71b4725fc5be3b48731d3939e64fde59bf0b3470fd68a4138942df8b41b0e2d', '5786f4f4aa3d7f6e97027dc6bfe655a10a319e4becd546f67bef5b3c96c0263d');
INSERT INTO public.event VALUES ('ZC2026-010', 5, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'approve_plan', 'inspector', false, 'plan_review', 'in_progress', 1, 1, '', '', NULL, '5786f4f4aa3d7f6e97027dc6bfe655a10a319e4becd546f67bef5b3c96c0263d', 'e9528015a6520b2549749b1a34016e9c3f1e6af9652c575a6cfd5112993fb555');
INSERT INTO public.event VALUES ('ZC2026-010', 6, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'report_progress', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"percent": 60, "text": "已补记"}', NULL, 'e9528015a6520b2549749b1a34016e9c3f1e6af9652c575a6cfd5112993fb555', 'bc488531e8d54cc2aa60cfaac1ae21875df1f3cb64963f33f9e83694b8cdd0b9');
INSERT INTO public.event VALUES ('ZC2026-010', 7, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'attach_evidence', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"files": ["会议记录.pdf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}', NULL, 'bc488531e8d54cc2aa60cfaac1ae21875df1f3cb64963f33f9e83694b8cdd0b9', '81c2fe6ec8bf77b650d7b6e0e4c6ec4c2503e866d2d10bd21719630ada8fc04f');
INSERT INTO public.event VALUES ('ZC2026-010', 8, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'complete_measure', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"measure": 1}', NULL, '81c2fe6ec8bf77b650d7b6e0e4c6ec4c2503e866d2d10bd21719630ada8fc04f', 'b86094cba5c08cbe76087420af0b29e3e91fa50b110410904103825a4b234335');
INSERT INTO public.event VALUES ('ZC2026-010', 9, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'complete_measure', 'owner', false, 'in_progress', 'in_progress', 1, 1, '', '{"measure": 2}', NULL, 'b86094cba5c08cbe76087420af0b29e3e91fa50b110410904103825a4b234335', 'f082fed2d16f61c18e1c98d2502f9ed1b5f4acf26937aa9ac062cab2044191f0');
INSERT INTO public.event VALUES ('ZC2026-010', 10, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'submit', 'owner', false, 'in_progress', 'pending_verification', 1, 1, '', '{"result": "程序完整"}', NULL, 'f082fed2d16f61c18e1c98d2502f9ed1b5f4acf26937aa9ac062cab2044191f0', '93fb84f1f254f89a2eb486f55bafee404d02ac4c8d4b761c21f2084364df92d2');
INSERT INTO public.event VALUES ('ZC2026-010', 11, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'return_for_rework', 'verifier', false, 'pending_verification', 'returned', 2, 1, '材料不全，请补充会议记录', '{"reason": "材料不全，请补充会议记录"}', NULL, '93fb84f1f254f89a2eb486f55bafee404d02ac4c8d4b761c21f2084364df92d2', '799a71c9dafbff5f71f3650a5220b2d69edefc80c2a645281c67c2eeb514758a');
INSERT INTO public.event VALUES ('ZC2026-011', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-11-02", "source": "自查", "title": "议事记录不全"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '52364965ee3ccdb83504e0a0e6e17016b6684d61cd15408336d59729ded75c42');
INSERT INTO public.event VALUES ('ZC2026-011', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'withdraw', 'inspector', false, 'draft', 'withdrawn', 1, 1, '重复登记', '{"reason": "重复登记"}', NULL, '52364965ee3ccdb83504e0a0e6e17016b6684d61cd15408336d59729ded75c42', '8e252c8ac793494c11396663364568dfe39e3419970b80b58b4c100f24861e75');
INSERT INTO public.event VALUES ('ZC2026-012', 1, '2026-05-04 02:00:00+00', '2026-05-04 02:00:00+00', 'open', 'inspector', false, NULL, 'draft', 1, 1, '', '{"condition": "两项支出由支委会直接决定，缺少村民代表会议记录。", "discovered_on": "2026-04-01", "post": "甲村党支部书记", "source": "自查", "supervisor": "乡纪委书记", "title": "议事记录不全", "unit": "甲村党支部", "verifier": "乡纪委书记"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', 'df30efb0d2f3a42c8e9053bcce7e737293ef7bd72ec6d34cba04410be02e296d');
INSERT INTO public.event VALUES ('ZC2026-012', 2, '2026-05-04 02:00:00+00', '2026-05-04 02:00:00+00', 'assign', 'inspector', false, 'draft', 'assigned', 1, 1, '', '', NULL, 'df30efb0d2f3a42c8e9053bcce7e737293ef7bd72ec6d34cba04410be02e296d', 'b1c07271c2e354d76d3b460bf963678361893b3b290001aefaa3c6a2ac323106');
INSERT INTO public.event VALUES ('ZC2026-012', 3, '2026-11-20 03:00:00+00', '2026-11-20 03:00:00+00', 'accept', 'owner', false, 'assigned', 'planning', 1, 1, '', '', NULL, 'b1c07271c2e354d76d3b460bf963678361893b3b290001aefaa3c6a2ac323106', 'd6345975121d1a2c56b2d4917e726b0d2b469782f6dd2d3de42802cc9e859b9c');
INSERT INTO public.evidence VALUES (1, 'ZC2026-005', 1, 1, '会议记录.pdf', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1234, '2026-11-20 02:00:00+00', 'owner');
INSERT INTO public.evidence VALUES (2, 'ZC2026-006', 1, 1, '会议记录.pdf', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1234, '2026-11-20 02:00:00+00', 'owner');
INSERT INTO public.evidence VALUES (3, 'ZC2026-007', 1, 1, '会议记录.pdf', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1234, '2026-11-20 02:00:00+00', 'owner');
INSERT INTO public.evidence VALUES (4, 'ZC2026-008', 1, 1, '会议记录.pdf', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1234, '2026-11-20 02:00:00+00', 'owner');
INSERT INTO public.evidence VALUES (5, 'ZC2026-010', 1, 1, '会议记录.pdf', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1234, '2026-11-20 02:00:00+00', 'owner');
INSERT INTO public.finding VALUES ('ZC2026-001', 1, 'draft', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, NULL, NULL, NULL, NULL, NULL, NULL, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', NULL, NULL, NULL, NULL, 1, NULL, false, false, 0, '', NULL, 0, '', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '', '', '', '', '', 1, '2026-11-20', 1, '2026-11-28', '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-002', 2, 'assigned', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, 4, 5, NULL, NULL, 4, 4, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', '2026-11-20', NULL, '2027-02-02', '2027-02-02', 1, '2026-11-20', false, true, 0, '', NULL, 0, '', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '', '', '', '', '', 1, '2026-11-20', 2, '2026-11-25', '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-004', 4, 'plan_review', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, 4, 5, NULL, NULL, 4, 4, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', '2026-11-20', '2026-11-20', '2027-02-02', '2027-02-02', 1, '2026-11-20', false, true, 0, '', NULL, 0, '', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '', '', '', '', '', 1, '2026-11-20', 4, '2026-11-28', '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-003', 3, 'planning', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, 4, 5, NULL, NULL, 4, 4, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', '2026-11-20', '2026-11-20', '2027-02-02', '2027-02-02', 1, '2026-11-20', false, true, 0, '', NULL, 0, '', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '', '', '', '', '', 1, '2026-11-20', 3, '2027-01-13', '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-005', 9, 'in_progress', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, 4, 5, NULL, NULL, 4, 4, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', '2026-11-20', '2026-11-20', '2027-02-02', '2027-02-02', 1, '2026-11-20', false, true, 0, '', NULL, 60, '已补记', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '', '', '', '', '', 1, '2026-11-20', 5, '2027-01-13', '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-006', 10, 'pending_verification', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, 4, 5, NULL, NULL, 4, 4, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', '2026-11-20', '2026-11-20', '2027-02-02', '2027-02-02', 1, '2026-11-20', false, true, 0, '', NULL, 60, '已补记', '2026-11-20', 5, NULL, NULL, '', NULL, NULL, NULL, NULL, '程序完整', '', '', '', '', 1, '2026-11-20', 10, '2026-11-28', '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-008', 12, 'closed', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, 4, 5, NULL, NULL, 4, 4, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', '2026-11-20', '2026-11-20', '2027-02-02', '2027-02-02', 1, '2026-11-20', false, true, 0, '', NULL, 100, '已补记', '2026-11-20', 5, '2026-11-20', 4, '通过', '2026-11-20', NULL, NULL, NULL, '程序完整', '', '', '', '', 1, '2026-11-20', 12, NULL, '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-007', 11, 'pending_closure', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, 4, 5, NULL, NULL, 4, 4, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', '2026-11-20', '2026-11-20', '2027-02-02', '2027-02-02', 1, '2026-11-20', false, true, 0, '', NULL, 60, '已补记', '2026-11-20', 5, '2026-11-20', 4, '通过', NULL, NULL, NULL, NULL, '程序完整', '', '', '', '', 1, '2026-11-20', 11, '2026-11-28', '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-009', 3, 'disputed', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, 4, 5, NULL, NULL, 4, 4, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', '2026-11-20', NULL, '2027-02-02', '2027-02-02', 1, '2026-11-20', false, true, 0, '', NULL, 0, '', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '', '', '', '', '', 1, '2026-11-20', 3, '2026-11-28', '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-010', 11, 'returned', 2, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, 4, 5, NULL, NULL, 4, 4, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', '2026-11-20', '2026-11-20', '2027-02-02', '2027-02-02', 1, '2026-11-20', false, true, 0, '', NULL, 60, '已补记', '2026-11-20', 5, '2026-11-20', 4, '不通过：材料不全，请补充会议记录', NULL, NULL, NULL, NULL, '程序完整', '', '', '', '', 1, '2026-11-20', 11, '2027-01-13', '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-011', 2, 'withdrawn', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, NULL, NULL, NULL, NULL, NULL, NULL, 3, '', '', 'time_limited', false, NULL, 'months', '2026-11-02', '2026-11-20', NULL, NULL, NULL, NULL, 1, NULL, false, false, 0, '', NULL, 0, '', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '', '', '', '', '', 1, '2026-11-20', 2, NULL, '2026-11-20 02:00:00+00');
INSERT INTO public.finding VALUES ('ZC2026-012', 3, 'planning', 1, 1, '议事记录不全', '自查', NULL, '', '', '', '', '两项支出由支委会直接决定，缺少村民代表会议记录。', '', '一般', false, 4, 5, NULL, NULL, 4, 4, 3, '', '', 'time_limited', false, NULL, 'months', '2026-04-01', '2026-05-04', '2026-05-04', '2026-11-20', '2026-07-01', '2026-07-01', 1, '2026-05-04', false, false, 0, '', NULL, 0, '', NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, '', '', '', '', '', 1, '2026-11-20', 3, NULL, '2026-05-04 02:00:00+00');
INSERT INTO public.letter VALUES (1, 'ZC2026-002', 1, 1, 1, 'assignment', 2, 'assignment', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (2, 'ZC2026-003', 1, 1, 1, 'assignment', 2, 'assignment', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (3, 'ZC2026-004', 1, 1, 1, 'assignment', 2, 'assignment', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (4, 'ZC2026-004', 1, 1, 1, 'plan_filed', 4, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (5, 'ZC2026-005', 1, 1, 1, 'assignment', 2, 'assignment', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (6, 'ZC2026-005', 1, 1, 1, 'plan_filed', 4, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (7, 'ZC2026-005', 1, 1, 1, 'plan_approved', 5, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (8, 'ZC2026-006', 1, 1, 1, 'assignment', 2, 'assignment', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (9, 'ZC2026-006', 1, 1, 1, 'plan_filed', 4, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (10, 'ZC2026-006', 1, 1, 1, 'plan_approved', 5, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (11, 'ZC2026-006', 1, 1, 1, 'verification_requested', 10, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (12, 'ZC2026-007', 1, 1, 1, 'assignment', 2, 'assignment', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (13, 'ZC2026-007', 1, 1, 1, 'plan_filed', 4, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (14, 'ZC2026-007', 1, 1, 1, 'plan_approved', 5, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (15, 'ZC2026-007', 1, 1, 1, 'verification_requested', 10, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (16, 'ZC2026-007', 1, 1, 1, 'closure_requested', 11, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (17, 'ZC2026-008', 1, 1, 1, 'assignment', 2, 'assignment', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (18, 'ZC2026-008', 1, 1, 1, 'plan_filed', 4, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (19, 'ZC2026-008', 1, 1, 1, 'plan_approved', 5, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (20, 'ZC2026-008', 1, 1, 1, 'verification_requested', 10, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (21, 'ZC2026-008', 1, 1, 1, 'closure_requested', 11, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (22, 'ZC2026-008', 1, 1, 1, 'closed', 12, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (23, 'ZC2026-009', 1, 1, 1, 'assignment', 2, 'assignment', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (24, 'ZC2026-009', 1, 1, 1, 'dispute_filed', 3, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (25, 'ZC2026-010', 1, 1, 1, 'assignment', 2, 'assignment', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (26, 'ZC2026-010', 1, 1, 1, 'plan_filed', 4, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (27, 'ZC2026-010', 1, 1, 1, 'plan_approved', 5, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (28, 'ZC2026-010', 1, 1, 1, 'verification_requested', 10, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (29, 'ZC2026-010', 1, 2, 1, 'returned', 11, 'notice', '2026-11-20', 'queued', false, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (30, 'ZC2026-012', 1, 1, 1, 'assignment', 2, 'assignment', '2026-05-04', 'queued', false, '', '', '2026-05-04 02:00:00+00');
INSERT INTO public.letter VALUES (31, 'ZC2026-012', 1, 1, 0, 'acceptance_reminder', 2, 'reminder', '2026-05-08', 'skipped', true, '更高一级已到期', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (32, 'ZC2026-012', 1, 1, 0, 'acceptance_overdue', 2, 'reminder', '2026-05-12', 'queued', true, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (33, 'ZC2026-012', 1, 1, 1, 'green_reminder', 0, 'reminder', '2026-06-11', 'skipped', true, '更高一级已到期', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (34, 'ZC2026-012', 1, 1, 1, 'yellow_reminder', 0, 'reminder', '2026-06-21', 'skipped', true, '更高一级已到期', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (35, 'ZC2026-012', 1, 1, 1, 'red_order', 0, 'supervision_order', '2026-07-02', 'queued', true, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (36, 'ZC2026-012', 1, 1, 1, 'second_order', 0, 'listed', '2026-07-08', 'drafted', true, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (37, 'ZC2026-012', 1, 1, 1, 'interview', 0, 'interview', '2026-07-15', 'drafted', true, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.letter VALUES (38, 'ZC2026-012', 1, 1, 1, 'circular', 0, 'circular', '2026-07-29', 'drafted', true, '', '', '2026-11-20 02:00:00+00');
INSERT INTO public.mail VALUES (1, '<16d6e9c640344bc286fe9621521437ae@town.example>', 'owner@village.example', 5, 'zh-CN', '【红色督办】ZC2026-012 已逾期142日 等19件', '\x4d6573736167652d49443a203c313664366539633634303334346263323836666539363231353231343337616540746f776e2e6578616d706c653e0d0a446174653a204672692c203230204e6f7620323032362031303a30303a3030202b303830300d0a', 'sent', 0, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', NULL, 'sent', '2026-11-20 02:00:00+00');
INSERT INTO public.mail VALUES (2, '<94fd2d448bde47b9b3be9007ae67984f@town.example>', 'clerk@village.example', 6, 'zh-CN', '【认领超期】ZC2026-012（抄送） 等11件', '\x4d6573736167652d49443a203c393466643264343438626465343762396233626539303037616536373938346640746f776e2e6578616d706c653e0d0a446174653a204672692c203230204e6f7620323032362031303a30303a3030202b303830300d0a', 'claimed', 0, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', NULL, 'claimed', '2026-11-20 02:00:00+00');
INSERT INTO public.mail VALUES (3, '<164a1f502624454893111773ea194884@town.example>', 'inspector@town.example', 3, 'zh-CN', '【红色督办】ZC2026-012 已逾期142日（抄送） 等8件', '\x4d6573736167652d49443a203c313634613166353032363234343534383933313131373733656131393438383440746f776e2e6578616d706c653e0d0a446174653a204672692c203230204e6f7620323032362031303a30303a3030202b303830300d0a', 'data', 0, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', NULL, 'data', '2026-11-20 02:00:00+00');
INSERT INTO public.mail VALUES (4, '<ec573dd6433c439385b71b24215cae01@town.example>', 'verifier@town.example', 4, 'zh-CN', '【红色督办】ZC2026-012 已逾期142日（抄送） 等7件', '\x4d6573736167652d49443a203c656335373364643634333363343339333835623731623234323135636165303140746f776e2e6578616d706c653e0d0a446174653a204672692c203230204e6f7620323032362031303a30303a3030202b303830300d0a', 'failed', 0, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', NULL, 'failed', '2026-11-20 02:00:00+00');
INSERT INTO public.mail VALUES (5, '<cbb1a6387b644df6af36bbd34ad2c266@town.example>', 'mayor@town.example', 2, 'zh-CN', '【待销号】ZC2026-007 等2件', '\x4d6573736167652d49443a203c636262316136333837623634346466366166333662626433346164326332363640746f776e2e6578616d706c653e0d0a446174653a204672692c203230204e6f7620323032362031303a30303a3030202b303830300d0a', 'in_doubt', 0, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', NULL, 'in_doubt', '2026-11-20 02:00:00+00');
INSERT INTO public.measure VALUES (1, 'ZC2026-004', 1, 1, '补记会议记录', NULL, NULL, true);
INSERT INTO public.measure VALUES (2, 'ZC2026-004', 1, 2, '公示两项支出', NULL, NULL, true);
INSERT INTO public.measure VALUES (3, 'ZC2026-005', 1, 1, '补记会议记录', NULL, '2026-11-20', true);
INSERT INTO public.measure VALUES (4, 'ZC2026-005', 1, 2, '公示两项支出', NULL, '2026-11-20', true);
INSERT INTO public.measure VALUES (5, 'ZC2026-006', 1, 1, '补记会议记录', NULL, '2026-11-20', true);
INSERT INTO public.measure VALUES (6, 'ZC2026-006', 1, 2, '公示两项支出', NULL, '2026-11-20', true);
INSERT INTO public.measure VALUES (7, 'ZC2026-007', 1, 1, '补记会议记录', NULL, '2026-11-20', true);
INSERT INTO public.measure VALUES (8, 'ZC2026-007', 1, 2, '公示两项支出', NULL, '2026-11-20', true);
INSERT INTO public.measure VALUES (9, 'ZC2026-008', 1, 1, '补记会议记录', NULL, '2026-11-20', true);
INSERT INTO public.measure VALUES (10, 'ZC2026-008', 1, 2, '公示两项支出', NULL, '2026-11-20', true);
INSERT INTO public.measure VALUES (11, 'ZC2026-010', 1, 1, '补记会议记录', NULL, '2026-11-20', true);
INSERT INTO public.measure VALUES (12, 'ZC2026-010', 1, 2, '公示两项支出', NULL, '2026-11-20', true);
INSERT INTO public.number_series VALUES ('ZC2026-', 12);
INSERT INTO public.person VALUES (1, '党委书记');
INSERT INTO public.person VALUES (2, '乡长');
INSERT INTO public.person VALUES (3, '巡察员');
INSERT INTO public.person VALUES (4, '纪委书记');
INSERT INTO public.person VALUES (5, '甲书记');
INSERT INTO public.person VALUES (6, '甲报账员');
INSERT INTO public.person VALUES (7, '乙书记');
INSERT INTO public.post VALUES (1, 1, '乡党委书记');
INSERT INTO public.post VALUES (2, 1, '乡长');
INSERT INTO public.post VALUES (3, 2, '巡察办专员');
INSERT INTO public.post VALUES (4, 3, '乡纪委书记');
INSERT INTO public.post VALUES (5, 4, '甲村党支部书记');
INSERT INTO public.post VALUES (6, 4, '甲村报账员');
INSERT INTO public.post VALUES (7, 5, '乙村党支部书记');
INSERT INTO public.post_role VALUES (1, 'first_responsible');
INSERT INTO public.post_role VALUES (1, 'lead_leader');
INSERT INTO public.post_role VALUES (2, 'approver');
INSERT INTO public.post_role VALUES (3, 'inspection_office');
INSERT INTO public.post_role VALUES (3, 'inspector');
INSERT INTO public.post_role VALUES (4, 'verifier');
INSERT INTO public.post_role VALUES (4, 'discipline');
INSERT INTO public.post_role VALUES (4, 'supervisor');
INSERT INTO public.post_role VALUES (5, 'party_head');
INSERT INTO public.post_role VALUES (5, 'owner');
INSERT INTO public.post_role VALUES (6, 'liaison');
INSERT INTO public.post_role VALUES (7, 'party_head');
INSERT INTO public.post_role VALUES (7, 'owner');
INSERT INTO public.progress_entry VALUES (1, 'ZC2026-005', 1, 1, '2026-11-20 02:00:00+00', 'owner', 60, '已补记');
INSERT INTO public.progress_entry VALUES (2, 'ZC2026-006', 1, 1, '2026-11-20 02:00:00+00', 'owner', 60, '已补记');
INSERT INTO public.progress_entry VALUES (3, 'ZC2026-007', 1, 1, '2026-11-20 02:00:00+00', 'owner', 60, '已补记');
INSERT INTO public.progress_entry VALUES (4, 'ZC2026-008', 1, 1, '2026-11-20 02:00:00+00', 'owner', 60, '已补记');
INSERT INTO public.progress_entry VALUES (5, 'ZC2026-010', 1, 1, '2026-11-20 02:00:00+00', 'owner', 60, '已补记');
INSERT INTO public.run VALUES ('ZC2026-002', 1, 1, '00000000-0000-4000-8000-000000000002', '2026-11-20 02:00:00+00', NULL, 'town:1', 2);
INSERT INTO public.run VALUES ('ZC2026-003', 1, 1, '00000000-0000-4000-8000-000000000003', '2026-11-20 02:00:00+00', NULL, 'town:1', 3);
INSERT INTO public.run VALUES ('ZC2026-004', 1, 1, '00000000-0000-4000-8000-000000000004', '2026-11-20 02:00:00+00', NULL, 'town:1', 4);
INSERT INTO public.run VALUES ('ZC2026-005', 1, 1, '00000000-0000-4000-8000-000000000005', '2026-11-20 02:00:00+00', NULL, 'town:1', 9);
INSERT INTO public.run VALUES ('ZC2026-006', 1, 1, '00000000-0000-4000-8000-000000000006', '2026-11-20 02:00:00+00', NULL, 'town:1', 10);
INSERT INTO public.run VALUES ('ZC2026-007', 1, 1, '00000000-0000-4000-8000-000000000007', '2026-11-20 02:00:00+00', NULL, 'town:1', 11);
INSERT INTO public.run VALUES ('ZC2026-008', 1, 1, '00000000-0000-4000-8000-000000000008', '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 'town:1', 12);
INSERT INTO public.seal VALUES ('2026-11-20', 12, 'fb5d61f3447e30334d2b6e6a48ff486a9a9b9b9782605808e537875dbc84060b', '2026-11-20 02:00:00+00');
INSERT INTO public.step_begun VALUES ('ZC2026-002', 1, 1, 'assign', '2026-11-20 02:00:00+00');
INSERT INTO public.step_begun VALUES ('ZC2026-003', 1, 1, 'assign', '2026-11-20 02:00:00+00');
INSERT INTO public.step_begun VALUES ('ZC2026-004', 1, 1, 'assign', '2026-11-20 02:00:00+00');
INSERT INTO public.step_begun VALUES ('ZC2026-005', 1, 1, 'assign', '2026-11-20 02:00:00+00');
INSERT INTO public.step_begun VALUES ('ZC2026-006', 1, 1, 'assign', '2026-11-20 02:00:00+00');
INSERT INTO public.step_begun VALUES ('ZC2026-007', 1, 1, 'assign', '2026-11-20 02:00:00+00');
INSERT INTO public.step_begun VALUES ('ZC2026-008', 1, 1, 'assign', '2026-11-20 02:00:00+00');
INSERT INTO public.unit VALUES (1, '和平乡', 'township', NULL);
INSERT INTO public.unit VALUES (2, '巡察办', 'office', 1);
INSERT INTO public.unit VALUES (3, '乡纪委', 'office', 1);
INSERT INTO public.unit VALUES (4, '甲村党支部', 'village', 1);
INSERT INTO public.unit VALUES (5, '乙村党支部', 'village', 1);
INSERT INTO public.wake VALUES (1, 'ZC2026-001', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (2, 'ZC2026-002', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (3, 'ZC2026-002', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (4, 'ZC2026-003', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (5, 'ZC2026-003', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (6, 'ZC2026-003', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (7, 'ZC2026-004', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (8, 'ZC2026-004', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (9, 'ZC2026-004', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (10, 'ZC2026-004', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (11, 'ZC2026-005', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (12, 'ZC2026-005', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (13, 'ZC2026-005', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (14, 'ZC2026-005', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (15, 'ZC2026-005', 5, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (16, 'ZC2026-005', 6, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (17, 'ZC2026-005', 7, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (18, 'ZC2026-005', 8, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (19, 'ZC2026-005', 9, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (20, 'ZC2026-006', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (21, 'ZC2026-006', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (22, 'ZC2026-006', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (23, 'ZC2026-006', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (24, 'ZC2026-006', 5, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (25, 'ZC2026-006', 6, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (26, 'ZC2026-006', 7, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (27, 'ZC2026-006', 8, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (28, 'ZC2026-006', 9, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (29, 'ZC2026-006', 10, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (30, 'ZC2026-007', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (31, 'ZC2026-007', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (32, 'ZC2026-007', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (33, 'ZC2026-007', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (34, 'ZC2026-007', 5, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (35, 'ZC2026-007', 6, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (36, 'ZC2026-007', 7, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (37, 'ZC2026-007', 8, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (38, 'ZC2026-007', 9, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (39, 'ZC2026-007', 10, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (40, 'ZC2026-007', 11, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (41, 'ZC2026-008', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (42, 'ZC2026-008', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (43, 'ZC2026-008', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (44, 'ZC2026-008', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (45, 'ZC2026-008', 5, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (46, 'ZC2026-008', 6, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (47, 'ZC2026-008', 7, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (48, 'ZC2026-008', 8, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (49, 'ZC2026-008', 9, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (50, 'ZC2026-008', 10, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (51, 'ZC2026-008', 11, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (52, 'ZC2026-008', 12, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (53, 'ZC2026-009', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (54, 'ZC2026-009', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (55, 'ZC2026-009', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (56, 'ZC2026-010', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (57, 'ZC2026-010', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (58, 'ZC2026-010', 3, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (59, 'ZC2026-010', 4, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (60, 'ZC2026-010', 5, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (61, 'ZC2026-010', 6, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (62, 'ZC2026-010', 7, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (63, 'ZC2026-010', 8, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (64, 'ZC2026-010', 9, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (65, 'ZC2026-010', 10, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (66, 'ZC2026-010', 11, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (67, 'ZC2026-011', 1, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (68, 'ZC2026-011', 2, '2026-11-20 02:00:00+00', '2026-11-20 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (69, 'ZC2026-012', 1, '2026-05-04 02:00:00+00', '2026-05-04 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (70, 'ZC2026-012', 2, '2026-05-04 02:00:00+00', '2026-05-04 02:00:00+00', 0, NULL, '');
INSERT INTO public.wake VALUES (71, 'ZC2026-012', 3, '2026-11-20 03:00:00+00', '2026-11-20 03:00:00+00', 0, NULL, '');
SELECT pg_catalog.setval('public.appointment_id_seq', 7, true);
SELECT pg_catalog.setval('public.evidence_id_seq', 5, true);
SELECT pg_catalog.setval('public.inspection_round_id_seq', 1, false);
SELECT pg_catalog.setval('public.letter_id_seq', 38, true);
SELECT pg_catalog.setval('public.mail_id_seq', 5, true);
SELECT pg_catalog.setval('public.measure_id_seq', 12, true);
SELECT pg_catalog.setval('public.outcome_figure_id_seq', 1, false);
SELECT pg_catalog.setval('public.person_id_seq', 7, true);
SELECT pg_catalog.setval('public.post_id_seq', 7, true);
SELECT pg_catalog.setval('public.progress_entry_id_seq', 5, true);
SELECT pg_catalog.setval('public.regulation_id_seq', 1, false);
SELECT pg_catalog.setval('public.substitution_id_seq', 1, false);
SELECT pg_catalog.setval('public.unit_id_seq', 5, true);
SELECT pg_catalog.setval('public.wake_id_seq', 71, true);
ALTER TABLE ONLY public.letter
    ADD CONSTRAINT "a letter is written once" UNIQUE (finding, cycle, deadline_version, rung, occasion);
ALTER TABLE ONLY public.post
    ADD CONSTRAINT "a post's name is its own within a unit" UNIQUE (unit_id, name);
ALTER TABLE ONLY public.inspection_round
    ADD CONSTRAINT "a round's name is its own within a source" UNIQUE (source, name);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_person_id_key UNIQUE (person_id);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.addressee
    ADD CONSTRAINT addressee_pkey PRIMARY KEY (letter_id, post_id);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.appointment
    ADD CONSTRAINT appointment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.closed_cycle
    ADD CONSTRAINT closed_cycle_pkey PRIMARY KEY (finding, cycle);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (finding, seq);
ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.inspection_round
    ADD CONSTRAINT inspection_round_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (job);
ALTER TABLE ONLY public.letter
    ADD CONSTRAINT letter_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.mail
    ADD CONSTRAINT mail_message_id_key UNIQUE (message_id);
ALTER TABLE ONLY public.mail
    ADD CONSTRAINT mail_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.measure
    ADD CONSTRAINT measure_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.measure
    ADD CONSTRAINT "measures are numbered" UNIQUE (finding, cycle, seq);
ALTER TABLE ONLY public.number_series
    ADD CONSTRAINT number_series_pkey PRIMARY KEY (prefix);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT "one act for one form" UNIQUE (by, nonce);
ALTER TABLE ONLY public.appointment
    ADD CONSTRAINT "one appointment once" UNIQUE (post_id, person_id, from_day);
ALTER TABLE ONLY public.outcome_figure
    ADD CONSTRAINT "one figure for a metric" UNIQUE (finding, cycle, metric);
ALTER TABLE ONLY public.substitution
    ADD CONSTRAINT "one substitution once" UNIQUE (post_id, person_id, from_day);
ALTER TABLE ONLY public.wake
    ADD CONSTRAINT "one wake for one version" UNIQUE (finding, version);
ALTER TABLE ONLY public.outcome_figure
    ADD CONSTRAINT outcome_figure_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.post_role
    ADD CONSTRAINT post_role_pkey PRIMARY KEY (post_id, role);
ALTER TABLE ONLY public.progress_entry
    ADD CONSTRAINT progress_entry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.regulation
    ADD CONSTRAINT regulation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (finding, generation);
ALTER TABLE ONLY public.seal
    ADD CONSTRAINT seal_pkey PRIMARY KEY (day);
ALTER TABLE ONLY public.step_begun
    ADD CONSTRAINT step_begun_pkey PRIMARY KEY (finding, cycle, round, step);
ALTER TABLE ONLY public.substitution
    ADD CONSTRAINT substitution_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT "the same file once" UNIQUE (finding, cycle, name, sha256);
ALTER TABLE ONLY public.unit
    ADD CONSTRAINT unit_name_key UNIQUE (name);
ALTER TABLE ONLY public.unit
    ADD CONSTRAINT unit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.wake
    ADD CONSTRAINT wake_pkey PRIMARY KEY (id);
CREATE INDEX ix_appointment_person_id ON public.appointment USING btree (person_id);
CREATE INDEX ix_appointment_post_id ON public.appointment USING btree (post_id);
CREATE INDEX ix_evidence_sha256 ON public.evidence USING btree (sha256);
CREATE INDEX ix_finding_lead_unit_id ON public.finding USING btree (lead_unit_id);
CREATE INDEX ix_finding_next_look_on ON public.finding USING btree (next_look_on);
CREATE INDEX ix_finding_owner_post_id ON public.finding USING btree (owner_post_id);
CREATE INDEX ix_finding_stage ON public.finding USING btree (stage);
CREATE INDEX ix_post_name ON public.post USING btree (name);
CREATE INDEX ix_post_role_role ON public.post_role USING btree (role);
CREATE INDEX ix_progress_entry_finding ON public.progress_entry USING btree (finding);
CREATE INDEX ix_regulation_finding ON public.regulation USING btree (finding);
CREATE INDEX ix_substitution_person_id ON public.substitution USING btree (person_id);
CREATE INDEX ix_substitution_post_id ON public.substitution USING btree (post_id);
CREATE INDEX ix_unit_parent_id ON public.unit USING btree (parent_id);
CREATE INDEX letters_of_a_mail ON public.addressee USING btree (mail_id);
CREATE INDEX letters_to_compose ON public.letter USING btree (state, id);
CREATE INDEX mails_to_send ON public.mail USING btree (state, next_at);
CREATE INDEX runs_of_prefect ON public.run USING btree (flow_run_id);
CREATE INDEX wakes_to_relay ON public.wake USING btree (done_at, next_at);
CREATE TRIGGER closed_cycle_append_only BEFORE DELETE OR UPDATE ON public.closed_cycle FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER event_append_only BEFORE DELETE OR UPDATE ON public.event FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER seal_append_only BEFORE DELETE OR UPDATE ON public.seal FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);
ALTER TABLE ONLY public.addressee
    ADD CONSTRAINT addressee_letter_id_fkey FOREIGN KEY (letter_id) REFERENCES public.letter(id);
ALTER TABLE ONLY public.addressee
    ADD CONSTRAINT addressee_mail_id_fkey FOREIGN KEY (mail_id) REFERENCES public.mail(id);
ALTER TABLE ONLY public.addressee
    ADD CONSTRAINT addressee_post_id_fkey FOREIGN KEY (post_id) REFERENCES public.post(id);
ALTER TABLE ONLY public.appointment
    ADD CONSTRAINT appointment_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);
ALTER TABLE ONLY public.appointment
    ADD CONSTRAINT appointment_post_id_fkey FOREIGN KEY (post_id) REFERENCES public.post(id);
ALTER TABLE ONLY public.closed_cycle
    ADD CONSTRAINT closed_cycle_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_inspection_round_id_fkey FOREIGN KEY (inspection_round_id) REFERENCES public.inspection_round(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_inspector_post_id_fkey FOREIGN KEY (inspector_post_id) REFERENCES public.post(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_lead_leader_post_id_fkey FOREIGN KEY (lead_leader_post_id) REFERENCES public.post(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_lead_unit_id_fkey FOREIGN KEY (lead_unit_id) REFERENCES public.unit(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.finding(number);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_owner_post_id_fkey FOREIGN KEY (owner_post_id) REFERENCES public.post(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_responsible_leader_post_id_fkey FOREIGN KEY (responsible_leader_post_id) REFERENCES public.post(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_submitted_by_fkey FOREIGN KEY (submitted_by) REFERENCES public.person(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_supervisor_post_id_fkey FOREIGN KEY (supervisor_post_id) REFERENCES public.post(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_verified_by_fkey FOREIGN KEY (verified_by) REFERENCES public.person(id);
ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_verifier_post_id_fkey FOREIGN KEY (verifier_post_id) REFERENCES public.post(id);
ALTER TABLE ONLY public.letter
    ADD CONSTRAINT letter_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
ALTER TABLE ONLY public.mail
    ADD CONSTRAINT mail_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);
ALTER TABLE ONLY public.measure
    ADD CONSTRAINT measure_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
ALTER TABLE ONLY public.outcome_figure
    ADD CONSTRAINT outcome_figure_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
ALTER TABLE ONLY public.post_role
    ADD CONSTRAINT post_role_post_id_fkey FOREIGN KEY (post_id) REFERENCES public.post(id);
ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES public.unit(id);
ALTER TABLE ONLY public.progress_entry
    ADD CONSTRAINT progress_entry_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
ALTER TABLE ONLY public.regulation
    ADD CONSTRAINT regulation_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
ALTER TABLE ONLY public.step_begun
    ADD CONSTRAINT step_begun_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
ALTER TABLE ONLY public.substitution
    ADD CONSTRAINT substitution_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);
ALTER TABLE ONLY public.substitution
    ADD CONSTRAINT substitution_post_id_fkey FOREIGN KEY (post_id) REFERENCES public.post(id);
ALTER TABLE ONLY public.unit
    ADD CONSTRAINT unit_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.unit(id);
ALTER TABLE ONLY public.wake
    ADD CONSTRAINT wake_finding_fkey FOREIGN KEY (finding) REFERENCES public.finding(number);
