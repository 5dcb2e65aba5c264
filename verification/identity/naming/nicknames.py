"""Given names: their short forms, other spellings of one name, and names near it.

A short form stands for the full name and the other way round. Two short forms of
one name do not stand for each other, so that Alex, who may be Alexander or
Alexandra, makes neither the other. Maria and Marie, Jan and Jana are other people.
Letters are A to Z, without accents.
"""

from __future__ import annotations

from functools import lru_cache

# Each line: the full name and its spellings, then its short forms.
SHORT = """
abigail: abby abbie gail
abraham: abe bram
agnieszka: aga
alberto: beto berto
albert: al bert
alejandra: ale sandra
alejandro: ale alex
aleksandra aleksandre alexandra alessandra oleksandra: alex ola sandra sasha sascha sacha lexi sandi
aleksandr alexander alexandre aleksander alexandros oleksandr: alex sasha sascha sacha sandy alec xander lex alekos sanya
alfonso: poncho
alfred: fred alf
amelia: millie
anastasia anastasiia anastasiya: nastya nastia stacy natasa tasos
andreas: andi
andrew: andy drew
andrzej: jedrek
anna: anya ania anuschka annuska panni
anne: nan nancy annie
anthony: tony
antonia: toni
antonio: toni tono toninho antoni
antonius: ton toon anton
anton: toni tosha
apostolos: tolis
arkadiusz: arek
arthur: art artie
athanasios: thanasis nasos sakis
balazs: bali
barbara: barb barbie basia babs bara
bartholomew: bart
bartlomiej: bartek
beatrice beatrix beatriz: bea bee trixie
benjamin: ben benny benji
bernard: bernie
bernhard: bernd
boris: borya
bronislaw: bronek
catherine katherine katharine kathryn catharine: kate cathy kathy katie kat kit kitty
carolina: caro
caroline: carrie caro
cecilia: ceci cilla
charles: charlie chuck chas
charlotte: charlie lottie lotte
christian: chris christy
christina kristina: tina chris christy
christine: chris tina chrissy
christopher: chris kit topher
christos: hristos
clemens: clem
concepcion: concha conchita
constance: connie
cornelia: nelly conny
cornelis: cees kees cor nelis
cynthia: cindy
daniel: dan danny dani
david: dave davy
deborah debra: deb debbie
denis: den
desmond: des
dimitrios: dimitris mitsos jimmy takis
dmitrii dmitri dmitry dmitriy dmytro: dima mitya
dolores: lola
dominik: nik
donald: don donny
dorothea: dorle thea
dorothy: dot dotty dolly
douglas: doug
eduardo: edu lalo
edward: ed eddie ned ted teddy
ekaterina katerina yekaterina aikaterini kateryna: katya katja katia kate katerina katia
eleanor: ellie nell nora
elena yelena olena eleni: lena lenochka nitsa
elisabeth elizabeth elzbieta elisaveta elizaveta: liz beth betty eliza lisa liza lizzie libby bess els liesbeth elly lisbeth sissi ela liesl lies
emanuele: lele
emily: em millie
emmanuel emmanouil: manny manolis manos
enrique: quique kike
erzsebet: erzsi bozsi zsoka
esteban: teban
eugene: gene
eugeniusz: gienek
evangelos: vangelis vagelis
evgenia yevgenia evgeniia evgeniya: zhenya jenya
evgeny evgenii yevgeny evgeni yevhen: zhenya jenya
federico: fede chicco
ferenc: feri
fernando: nando
florence: flo
francis: frank
frances: fran frannie
francisca: paca paquita chica
francisco: paco pancho curro chico fran fco
francesca: franca checca
francesco: franco checco ciccio
franciscus: frans
francoise: fanchon
frantisek: franta
franz: franzl
frederick frederic: fred freddie freddy
friedrich: fritz
gabor: gabi
gabriel: gabe gabi
gabriela gabriella: gabi gaby
galina: galya
geoffrey jeffrey: geoff jeff
georg: schorsch
george: georgie
georgios: giorgos yiorgos yorgos
gerald: gerry jerry
gerard: gerry ger
gerardus: gerard gerrit geert
giovanni: gianni nino vanni
giuseppe: beppe peppe pino peppino
giuseppina: pina
gregorio: goyo
gregory: greg
grigorii grigory grigoriy: grisha
grzegorz: grzes
guadalupe: lupe lupita
guillermo: memo guille
gunther guenther: gunni
hannelore: hanne lore
harold: harry hal
hector: tito
heinrich: heinz heiner
helena: hela lena
helen: nell
hendrik hendrikus: henk rik
henry: harry hank hal
henryk: heniek
hubert: bertus
hubertus: huub bert
ignacio: nacho
ignatius: iggy
ilia ilya illia: ilyusha
ioannis: giannis yannis yiannis
ireneusz: irek
irina irena iryna: ira
isabel: isa bel chabela
isabella: bella isa
isabelle: belle isa
istvan: pista isti
ivan: vanya vania
jacob: jake jack coby
jacobus: jaap koos jacco ko
jacqueline: jackie
jadwiga: jadzia
james: jim jimmy jamie jem
jan: janek jasiek honza
janet: jan
janos: jancsi jani
javier: javi
jennifer: jen jenny jenn
jerzy: jurek
jessica: jess jessie
jesus: chuy chucho
jiri: jirka
joachim: jochen jo achim
joanna: asia joasia
johann: hans hannes
johanna: hanna hanne jo
johannes: hans hannes jan johan joop jo
john: jack johnny jock
jonathan: jon jonny
jorge: coque
jose: pepe ze chepe pepito
josef: sepp jupp pepa pepik
joseph: joe joey jo jos
josephine: josie jo
jozef: jozek joska
jozsef: jozsi joska
judith: judy
julianna: juli
katalin: kati kata
katarina: kata
katarzyna: kasia
katharina: kathi kati kathe katja
kenneth: ken kenny
kimberly: kim kimmy
konstantinos: kostas kostis dinos ntinos
konstantin: kostya kostia
krzysztof: krzys krzysiek
krystyna: krysia
ksenia xenia: ksyusha
lajos: lali
larisa: lara
laszlo: laci
laura: lori
lawrence laurence: larry
leonard: len lenny leo
leonardo: leo nardo
leszek: lesio
lev: lyova
liubov lyubov: lyuba
lidia lydia: lida
ludmila lyudmila liudmila: lyuda luda mila
louis: lou louie
lucas: luke
ludwig: lutz luggi
luigi: gigi gino
luis: lucho
magdalena: magda lena leni
malgorzata: gosia malgosia
manuel: manolo manny manu
margaret: maggie meg peggy marge margie madge greta meggie
margareta margarete margaretha: greta grete gretel margret gretchen
margarita: marga rita
maria mariia mariya: masha mascha ria mia marysia manya maruska maricica mitzi marika
mariana: mari
martin: marty tin
matthew: matt matty
matthias mathias mattias: matze hias
maximilian: max maxi
maxim maksim maksym: max maks
mercedes: merche meche
michael: mike mick mickey mikey michi
michail mikhail mikhailo mykhailo: misha mischa
michal: misiek
mihaly: misi
miguel: mike migue
mieczyslaw: mietek
milagros: mila
miroslav: mirek
miroslaw: mirek
mohammed muhammad mohamed mohammad muhammed mohamad mohd muhamad: mo moe md
monika: moni
nadezhda nadiia: nadya nadia
natalia natalya nataliia nataliya natalija: natasha nata natascha natalka
nathan: nate
nathaniel: nate nat
nicholas nicolas: nick nicky
nicole: nicky nikki
nikolaos: nikos
nikolai nikolay nikolaj mykola: kolya nik
nikolaus: klaus niko nick
olga olha: olya olia
oliver: olly ollie
pamela: pam
panagiotis: panos takis
paraskevi: evi voula
patrice: pat
patricia: pat patty trish tricia patti
patrick: pat paddy
pavel pavlo: pasha pavlik
pawel: pawelek
pedro: perico
peter: pete
petr: petya
petrus: piet peter
philip phillip: phil
philipp: phil
pieter: piet
piotr: piotrek
pyotr petro: petya
rachel: rae
rafael: rafa
ramon: moncho
raymond: ray
rebecca: becky becca
ricardo: richi cardo
richard: dick rick richie rich ricky
robert: bob rob bobby robbie bert
roberto: beto
rodolfo: rudi
roman: roma
ronald: ron ronnie
rosario: charo
rudolf: rudi ruedi
ryszard: rysiek
salvatore: toto turi
salvador: chava
samantha: sam
samuel: sam sammy
sandor: sanyi
santiago: santi
sara sarah: sally sadie
sebastian: basti seb bastian
sergei sergey sergii serhii sergiy: seryozha serezha serhiy
sigmund: siggi
simon: si
sofia sofiia sofya sophia: sonya sonja
sophie: soph
stanislaw: staszek stas
stanislav: standa stas
stefan: steff
stephanie: steph steffi
stephen steven: steve
susan: sue susie suzy
susanna: susi sanna
susanne: susi sanne
svetlana svitlana: sveta
sylwester: sylwek
tadeusz: tadek
tamara: toma
tatiana tatyana tetiana: tanya tania
teresa: tere terry
theodore: ted teddy theo
theodoros: thodoris
theodorus: theo
therese: resi
theresa: terry tess
thomas: tom tommy
tibor: tibi
timothy: tim timmy
timofei: tima
tomas: tom
tomasz: tomek
valentina: valya valia tina
valeriya valeria: lera
vaclav: vasek
vasilios vassilios: vasilis vassilis
vasily vasilii vasiliy vasyl: vasya
veronica: ronnie
veronika: vroni nika
victor: vic
victoria: vicky tori vikki
viktor: vitya vik
viktoria viktoriia viktoriya: vika
vincent: vince vinnie
vincenzo: enzo
viacheslav vyacheslav: slava
vladimir volodymyr wladimir: vova volodya vladi
vladislav vladyslav: vlad vladik
vojtech: vojta
waldemar: waldek
walter: walt wally
wieslaw: wiesiek
wilhelm: willi willy
wilhelmina: mina wil willemijn
wilhelmus: willem wim
willem: wim pim
william: bill will billy willy
wladyslaw: wladek
wojciech: wojtek
xavier: xavi
yakov: yasha
yulia yuliya iuliia julia yuliia: yulya julya
yury yuri yurii iurii yuriy: yura
zbigniew: zbyszek
zdenek: zdenda
zdzislaw: zdzich
zoltan: zoli
zofia: zosia
zsuzsanna: zsuzsa zsuzsi
"""

# Spellings of one name beside those that begin the lines above.
SPELLINGS = """
abdallah abdullah abdulla
abdelrahman abdulrahman abdurrahman abdalrahman abderrahman
ahmed ahmad ahmet
aisha aysha ayesha aicha
alan allan allen
alexey alexei aleksei aleksey oleksii
andrey andrei andrii andriy
ann anne
artem artyom
bryan brian
carl karl
catarina katarina
dmitry dmitrii
erik eric
fatima fatimah fatma
geoff jeff
haley hayley hailey
hanna hannah
hassan hasan
hussein husain hossein husein hussain
ibrahim ebrahim
jon john
kathleen cathleen
katrin kathrin
khaled khalid
kristen kristin
lindsay lindsey
luca luka
lukas lucas
marc mark
mikhail mihail
mustafa mostafa moustafa
omar umar
philippe philip phillip philipp
sean shawn shaun
siobhan shivaun
sofie sophie
stephan stefan
tracy tracey
vivian vivien
yasmin yasmine jasmin
youssef yusuf yousef yousuf youssouf
zaynab zainab zeinab
"""

# Names that spelling alone would take for one another.
OTHERS = """
adrian adriana adriano
aleksandr aleksandra
alexander alexandra
alexandre alexandra
christian christiana christiane christina christine cristiano cristina kristian kristina kristine
caroline carolina
catherina catherine
daniel daniela daniele danielle
emanuel emanuela emanuele
evgenii evgeniia
evgeny evgenia
frances francis
francesca francesco
francisca francisco
gabriel gabriela gabriele gabriella gabrielle
georgina georgiana georgia
ivanov ivanova
jan jana jane jon joan jean
jasmin jasmina
joanna johanna
juliana juliane julianne julian
leonard leonardo leonhard
marcel marcella marcelle marcello
marian marion mariana marianna marianne mariam miriam
maria marie mario mara marta martha
martin martina martine marvin marlin
michael michaela michaele michal michel michele michelle mikael
nicola nicole nicolas
patrice patricia patrick
pauline paulina
raffaele raffaella rafael rafaela
ronald roland donald
simon simona simone
stefan stefano stefania stefanie
stephan stephane stephanie
valentin valentina valentine valentino valeria valerie
victor victoria
yvonne yvette
antonia antonio antonius antonina
augustin augustina
bernardo bernarda
fernanda fernando
florian floriana florina
justin justina justine
constantin constantine constantina
leonie leonora eleonora eleonore
lorena lorenzo
roberta roberto
angelica angelina angela angelika
carmela carmelo
claudia claudio
emilia emilio emily
eugenia eugenio eugene
federica federico
marlene marlen arlene darlene charlene
"""


def _lines(table: str) -> list[str]:
    return [line.upper() for line in table.splitlines() if line.strip()]


def _groups() -> dict[str, set[int]]:
    """Return which spellings are one name; each line is a group by its number."""
    groups: dict[str, set[int]] = {}
    names = [line.split(":")[0] for line in _lines(SHORT)] + _lines(SPELLINGS)
    for number, line in enumerate(names):
        for name in line.split():
            groups.setdefault(name, set()).add(number)
    return groups


def _shorts() -> dict[str, set[int]]:
    """Return of which full names, by the number of their line, a word is short."""
    shorts: dict[str, set[int]] = {}
    for number, line in enumerate(_lines(SHORT)):
        for name in line.partition(":")[2].split():
            shorts.setdefault(name, set()).add(number)
    return shorts


def _apart() -> dict[str, set[int]]:
    apart: dict[str, set[int]] = {}
    for number, line in enumerate(_lines(OTHERS)):
        for name in line.split():
            apart.setdefault(name, set()).add(number)
    return apart


SAME_NAME = _groups()
SHORT_FOR = _shorts()
APART = _apart()


def are_spellings(one: str, other: str) -> bool:
    """Say whether both are ways to spell one given name."""
    return not SAME_NAME.get(one, set()).isdisjoint(SAME_NAME.get(other, set()))


def is_short_form(one: str, other: str) -> bool:
    """Say whether one of the two is the other's full name."""
    return _stands_for(one, other) or _stands_for(other, one)


@lru_cache(maxsize=512)
def _stands_for(short: str, full: str) -> bool:
    lines = SAME_NAME.get(full, set())
    return not SHORT_FOR.get(short, set()).isdisjoint(lines)


def is_known(name: str) -> bool:
    return name in SAME_NAME or name in SHORT_FOR or name in APART


def are_other_names(one: str, other: str) -> bool:
    """Say whether two different given names are known to be two names."""
    return not APART.get(one, set()).isdisjoint(APART.get(other, set()))
