"""Words by which special categories of personal data are told, in names of columns and in values; written as :func:`plain_words` writes them.

The languages are English, German, French, Spanish, Italian and a little Dutch, Portuguese and Polish. A word in the list of names is enough for a
suspicion, so words that mean something else in other trades (fingerprint, denomination, colour, handicap, orientation) are weak: they need values,
or a contract that calls the column sensitive.
"""

from dataclasses import dataclass

ARTICLE_9, ARTICLE_10 = "Article 9", "Article 10"


@dataclass(frozen=True)
class Category:
    """One special category.

    Parameters
    ----------
    kind : str
        What it is called in reports.
    article : str
        Of the GDPR.
    names : frozenset of str
        Words of a column's name that suggest it; a word that ends in ``*`` stands for all that begin so.
    weak_names : frozenset of str
        Words that suggest it where something else does, too.
    not_names : frozenset of str
        Words of a column's name that speak against it.
    values : frozenset of str
        Values that are hardly anything else.
    weak_values : frozenset of str
        Values that occur among these, and elsewhere.
    numbers : bool
        Whether many different numbers may be values of this kind, as for a blood pressure.
    """

    kind: str
    article: str
    names: frozenset[str]
    weak_names: frozenset[str] = frozenset()
    not_names: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    weak_values: frozenset[str] = frozenset()
    numbers: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(" ".join(word.split()) for word in text.split(",") if word.strip())


ORIGIN = Category(
    "racial or ethnic origin",
    ARTICLE_9,
    names=_words("""
        ethni*, race, races, racial, race_ethnicity, racial_group, hispan, hispanic, latino, latina, latinx, african_american, afam, caucasian,
        etnia, etnico, raza, razza, etnische_afkomst, origine_ethnique, ethnische_herkunft, hautfarbe, skin_colour, skin_color, couleur_de_peau,
        color_de_piel, raca, cor_raca, rasse
    """),
    weak_names=_words("black, white, asian, colour, color, origin, herkunft, origine, origen"),
    not_names=_words("""
        time, number, no, num, track, distance, position, lap, result, condition, date, day, car, horse, course, finish, start, place, winner, speed,
        name, hair, eye, eyes, paint, box, label, wine, balance, list, friday, product, vehicle
    """),
    values=_words("""
        african american, black or african american, black african american, black african, black caribbean, black british,
        white british, white irish, caucasian, hispanic, hispanic or latino, not hispanic or latino, non hispanic, non hispanic white,
        non hispanic black, non hispanic asian, white hispanic, latino, latina, latinx, native american, american indian,
        american indian or alaska native, american indian alaska native, amer indian eskimo, asian pac islander, asian or pacific islander,
        asian pacific islander, pacific islander, native hawaiian, native hawaiian or other pacific islander, alaska native, asian american,
        south asian, east asian, roma, sinti, arab, mestizo, mulatto, pardo, preto, parda, preta, maori, aboriginal, indigenous, indigena,
        afroamericano, schwarz afrikanisch, two or more races, multiracial, biracial
    """),
    weak_values=_words("""
        black, white, asian, brown, mixed, coloured, colored, indian, chinese, eskimo, noir, blanc, schwarz, weiss, negro, blanco, branco,
        amarela
    """),
)

RELIGION = Category(
    "religious or philosophical beliefs",
    ARTICLE_9,
    names=_words("""
        religio*, religious_belief, konfession*, kirchensteuer*, kirchenzugehorigkeit, godsdienst, wyznanie, culte, confession_religieuse,
        church_membership, faith_group, philosophical_belief, philosophical_beliefs
    """),
    weak_names=_words("denomination, faith, belief, beliefs, church, confession, creed"),
    values=_words("""
        christian, christianity, catholic, roman catholic, protestant, evangelical, muslim, islam, islamic, sunni, shia, jewish, judaism, hindu,
        hinduism, buddhist, buddhism, sikh, sikhism, atheist, agnostic, jehovah s witness, jehovahs witness, mormon, lutheran, anglican, methodist,
        presbyterian, eastern orthodox, greek orthodox, katholisch, romisch katholisch, evangelisch, muslimisch, judisch, konfessionslos, catholique,
        musulman, musulmane, juif, juive, protestante, catolico, catolica, cristiano, cristiana, musulmano, judio, ateo, cattolico, ebreo, budista
    """),
    weak_values=_words("orthodox, baptist, secular, spiritual, reformed, free church"),
)

POLITICS = Category(
    "political opinions",
    ARTICLE_9,
    names=_words("""
        political_party, political_opinion, political_opinions, political_affiliation, political_view, political_views, political_leaning,
        political_orientation, party_affiliation, party_registration, party_membership, voting_intention, vote_intention, voted_for,
        politische_einstellung, parteizugehorigkeit, parteimitglied*, parti_politique, opinion_politique, partido_politico, afiliacion_politica,
        partito_politico, politieke_voorkeur
    """),
    weak_names=_words("party, partei, politics, ideology"),
    values=_words("""
        democrat, republican, democratic party, republican party, libertarian, liberal democrat, liberal democrats, labour party, conservative party,
        tory, green party, cdu, csu, spd, afd, die linke, die grunen, bundnis 90 die grunen, rassemblement national, parti socialiste,
        la france insoumise, partido popular, psoe, podemos, vox, fratelli d italia, partito democratico, socialist party, communist party
    """),
    weak_values=_words("""
        labour, conservative, liberal, independent, socialist, communist, green, moderate, centrist, left, right, fdp, lega, no preference
    """),
)

UNION = Category(
    "trade union membership",
    ARTICLE_9,
    names=_words("""
        trade_union, trade_unions, union_member, union_membership, union_status, labor_union, labour_union, unionised, unionized,
        gewerkschaft*, syndicat, syndique, sindicato, afiliacion_sindical, sindacato, vakbond, vakbondslid
    """),
)

GENETIC = Category(
    "genetic data",
    ARTICLE_9,
    names=_words("""
        genetic, genetic_test, genetic_risk, genotype, genotyp, genome, dna, dna_sequence, karyotype, brca, brca1, brca2, apoe,
        genetische_daten, donnees_genetiques
    """),
    not_names=_words("algorithm, generation, plant, seed"),
    numbers=True,
)

BIOMETRIC = Category(
    "biometric data",
    ARTICLE_9,
    names=_words("""
        biometric, biometrics, biometrie, biometrico, voiceprint, voice_print, faceprint, face_template, face_embedding, face_encoding,
        iris_scan, iris_code, iris_template, retina_scan, palm_print, palmprint, finger_minutiae, fingerabdruck, empreinte_digitale,
        huella_dactilar, impronta_digitale
    """),
    not_names=_words("device, browser, file, certificate, cert, ssl, ssh, audio, document"),
    numbers=True,
)

HEALTH = Category(
    "data concerning health",
    ARTICLE_9,
    names=_words("""
        health_status, health_condition, health_conditions, health_problem, health_issue, diagnosis, diagnoses, diagnosed, icd, icd9, icd10, icd_9,
        icd_10, icd_code, disease, diseases, illness, illnesses, medical_condition, medical_conditions, medical_history, medical_record, medication,
        medications, prescription, prescriptions, hiv, hiv_status, hiv_positive, diabetes, diabetic, cancer, tumor, tumour, hypertension,
        heart_disease, asthma, mental_health, mental_illness, psychiatric, psychiatric_history, disability, disabilities, disability_status,
        pregnant, pregnancy, pregnancy_status, blood_pressure, systolic, diastolic, cholesterol, hba1c, bmi, body_mass_index, blood_type, blood_group,
        krankheit*, gesundheitszustand, diagnose, behinderung, schwerbehind*, schwanger*, blutdruck, blutgruppe, maladie, maladies, grossesse,
        etat_de_sante, groupe_sanguin, enfermedad, enfermedades, discapacidad, embarazo, embarazada, estado_de_salud, malattia, gravidanza,
        disabilita,
        stato_di_salute, ziekte, zwanger, doenca, gravidez, choroba, ciaza, niepelnosprawnosc
    """),
    weak_names=_words("""
        health, condition, symptom, symptoms, treatment, depression, stroke, smoker, disabled, handicap, allergy, allergies, drug, sante,
        salud
    """),
    not_names=_words("""
        machine, engine, vehicle, device, fault, system, service, server, network, network_health, plant, crop, insurance, error, pool,
        node, battery
    """),
    values=_words("""
        diabetes, diabetes mellitus, type 1 diabetes, type 2 diabetes, hypertension, asthma, cancer, breast cancer, lung cancer, prostate cancer,
        stomach cancer, hiv, hiv positive, hiv negative, aids, schizophrenia, bipolar disorder, major depression, hepatitis, hepatitis b,
        hepatitis c, tuberculosis, epilepsy, leukemia, leukaemia, pneumonia, bronchitis, gastritis, gastric ulcer, arthritis, migraine, copd,
        coronary artery disease, heart disease, heart failure, heart attack, kidney disease, chronic kidney disease, alzheimer s disease,
        parkinson s disease, multiple sclerosis, obesity, anemia, anaemia, influenza, covid 19, melanoma, bluthochdruck, krebs, lungenentzundung,
        hypertonie, diabete, hypertension arterielle, cancer du sein, hipertension, asma
    """),
    weak_values=_words("flu, depression, stroke, anxiety, viral infection, infection, healthy, allergy, obese, pregnant, disabled, cold, fever"),
    numbers=True,
)

SEX_LIFE = Category(
    "sex life or sexual orientation",
    ARTICLE_9,
    names=_words("""
        sexual_orientation, sexual_preference, sexual_identity, sexuality, sex_life, sexual_activity, sexual_partners, lgbt, lgbtq,
        sexuelle_orientierung, orientation_sexuelle, orientacion_sexual, orientamento_sessuale, seksuele_geaardheid
    """),
    weak_names=_words("orientation, preference"),
    values=_words("""
        heterosexual, homosexual, bisexual, pansexual, asexual, gay, lesbian, gay or lesbian, queer, heterosexuell, homosexuell,
        bisexuell, heterosexuel, homosexuel, heterosexuelle, homosexuelle, bisexuel, lesbienne, lesbica, lesbiana
    """),
    weak_values=_words("straight"),
)

CRIMINAL = Category(
    "criminal convictions or offences",
    ARTICLE_10,
    names=_words("""
        conviction, convictions, convicted, prior_convictions, criminal, criminal_record, criminal_records, criminal_history, criminality, felony,
        felonies, misdemeanor, misdemeanors, misdemeanour, misdemeanours, recidivism, recidivist, is_recid, two_year_recid, is_violent_recid,
        priors_count, juv_fel_count, juv_misd_count, arrest_record, prior_arrests, charge_degree, incarcerated, incarceration, jail_time,
        prison_sentence, vorstrafe*, vorbestraft, fuhrungszeugnis, casier_judiciaire, condamnation, condamnations, antecedentes_penales,
        condena_penal, precedenti_penali, casellario_giudiziale, strafblad, antecedentes_criminais
    """),
    weak_names=_words("offence, offense, offences, offenses, arrest, arrests, priors, crime, crimes, parole, probation, jail, prison, charge"),
    not_names=_words("team, sports, period, electric, battery, fee, bank"),
    values=_words("""
        felony, misdemeanor, misdemeanour, burglary, robbery, homicide, manslaughter, aggravated assault, drug possession, grand theft,
        petty theft, sexual assault, domestic violence, einbruch, totschlag, korperverletzung
    """),
    weak_values=_words("theft, assault, fraud, arson, murder, battery, dui, vandalism, forgery"),
    numbers=True,
)

CATEGORIES = (ORIGIN, RELIGION, POLITICS, UNION, GENETIC, BIOMETRIC, HEALTH, SEX_LIFE, CRIMINAL)

#: Values that go with any kind.
NEUTRAL = _words("""
        other, unknown, none, na, n a, missing, prefer not to say, not stated, not specified, refused, declined, undisclosed, not
        disclosed, unbekannt, keine angabe, autre, inconnu, otro, altro, divers, yes, no, true, false
    """)
