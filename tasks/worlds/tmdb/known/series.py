"""Series: name, first day, rating, genres, network, companies, creators, cast, seasons, status.

Of a season, its number of episodes. Status: E ended, R returning, A airing these days. Then come
particular episodes. A particular episode is 2x3=title;date;director;guest star. Seasons without a date start a year apart.
"""

# ruff: noqa: E501 - a thing a line
from __future__ import annotations

SERIES = """
Breaking Bad|2008-01-20|8.9|Drama,Crime|AMC|Sony Pictures Television,High Bridge Productions|Vince Gilligan|Bryan Cranston=Walter White,Aaron Paul=Jesse Pinkman,Bob Odenkirk=Saul Goodman|7,13,13,13,16|E|1x1=Pilot;2008-01-20;Vince Gilligan;
Better Call Saul|2015-02-08|8.7|Drama,Crime|AMC|Sony Pictures Television,High Bridge Productions|Vince Gilligan,Peter Gould|Bob Odenkirk=Jimmy McGill,Rhea Seehorn=Kim Wexler|10,10,10,10,10,13|E|1x1=Uno;2015-02-08;Vince Gilligan;
The Witcher|2019-12-20|8.0|Sci-Fi & Fantasy,Drama|Netflix|Little Schmidt Productions|Lauren Schmidt Hissrich|Henry Cavill=Geralt of Rivia,Anya Chalotra=Yennefer,Freya Allan=Ciri|8,8,8|R|1x2=Four Marks;2019-12-20;Alik Sakharov;
House of Cards|2013-02-01|8.0|Drama|Netflix|Media Rights Capital|Beau Willimon|Kevin Spacey=Frank Underwood,Robin Wright=Claire Underwood|13,13,13,13,13,8|E|1x1=Chapter 1;2013-02-01;David Fincher;|1x2=Chapter 2;2013-02-01;David Fincher;|1x3=Chapter 3;2013-02-01;James Foley;|1x5=Chapter 5;2013-02-01;Joel Schumacher;
The Last of Us|2023-01-15|8.6|Drama,Action & Adventure|HBO|PlayStation Productions|Craig Mazin,Neil Druckmann|Pedro Pascal=Joel,Bella Ramsey=Ellie|9|R|1x1=When You're Lost in the Darkness;2023-01-15;Craig Mazin;
Friends|1994-09-22|8.4|Comedy|NBC|Warner Bros. Television|Marta Kauffman,David Crane|Jennifer Aniston=Rachel Green,Courteney Cox=Monica Geller,David Schwimmer=Ross Geller|24,24,25,24,24,25,24,24,24,18|E|3x24=The One with the Ultimate Fighting Champion;1997-05-08;Robby Benson;Bruce Willis
2 Broke Girls|2011-09-19|6.9|Comedy|CBS|Warner Bros. Television|Whitney Cummings,Michael Patrick King|Kat Dennings=Max Black,Beth Behrs=Caroline Channing|24,24,24,22,22,22|E
The Big Bang Theory|2007-09-24|7.9|Comedy|CBS|Warner Bros. Television,Chuck Lorre Productions|Chuck Lorre,Bill Prady|Jim Parsons=Sheldon Cooper,Johnny Galecki=Leonard Hofstadter,Kaley Cuoco=Penny|17,23,23,24,24,24,24,24,24,24,24,24|E
Westworld|2016-10-02|8.0|Sci-Fi & Fantasy,Western|HBO|Kilter Films,Bad Robot|Jonathan Nolan,Lisa Joy|Evan Rachel Wood=Dolores Abernathy,Jeffrey Wright=Bernard Lowe|10,10,8,8|E|2x3=Virtù e Fortuna;2018-05-06;Richard J. Lewis;
Game of Thrones|2011-04-17|8.4|Sci-Fi & Fantasy,Drama|HBO|Revolution Sun Studios,Television 360|David Benioff,D. B. Weiss|Peter Dinklage=Tyrion Lannister,Emilia Clarke=Daenerys Targaryen,Kit Harington=Jon Snow|10,10,10,10,10,10,7,6|E|1x1=Winter Is Coming;2011-04-17;Tim Van Patten;|2x1=The North Remembers;2012-04-01;Alan Taylor;
Band of Brothers|2001-09-09|8.5|Drama,War & Politics|HBO|DreamWorks Television,Playtone|Tom Hanks,Steven Spielberg|Damian Lewis=Richard Winters,Ron Livingston=Lewis Nixon|10|E|1x3=Carentan;2001-09-16;Mikael Salomon;|1x5=Crossroads;2001-09-30;Tom Hanks;
The Mandalorian|2019-11-12|8.4|Science Fiction,Action & Adventure|Disney+|Lucasfilm|Jon Favreau|Pedro Pascal=Din Djarin,Katee Sackhoff=Bo-Katan Kryze|8,8,8|E|2x3=Chapter 11: The Heiress;2020-11-13;Bryce Dallas Howard;Katee Sackhoff
Top Gear|2002-10-20|7.6|Reality|BBC Two|BBC Studios|Jeremy Clarkson,Andy Wilman|Jeremy Clarkson=Self,Richard Hammond=Self,James May=Self|10,10,9|E
Clarkson's Farm|2021-06-11|8.2|Documentary,Reality|Prime Video|Expectation Entertainment|Andy Wilman|Jeremy Clarkson=Self,Kaleb Cooper=Self|8,8,8|R
The Grand Tour|2016-11-18|7.7|Reality|Prime Video|W. Chump & Sons|Andy Wilman|Jeremy Clarkson=Self,Richard Hammond=Self,James May=Self|13,11,14|E
Black Mirror|2011-12-04|8.3|Sci-Fi & Fantasy,Drama,Mystery|Channel 4|Zeppotron|Charlie Brooker|Hayley Atwell=Martha,Daniel Rigby=Jamie|3,3,6,6|R|2x1=Be Right Back;2013-02-11;Owen Harris;|2x2=White Bear;2013-02-18;Carl Tibbetts;|2x3=The Waldo Moment;2013-02-25;Bryn Higgins;
Disclaimer|2024-10-11|7.4|Drama,Mystery|Apple TV+|Esperanto Filmoj|Alfonso Cuarón|Cate Blanchett=Catherine Ravenscroft,Kevin Kline=Stephen Brigstocke|7|E|1x1=I;2024-10-11;Alfonso Cuarón;
Mrs. America|2020-04-15|7.4|Drama|FX|FXP|Dahvi Waller|Cate Blanchett=Phyllis Schlafly,Rose Byrne=Gloria Steinem|9|E
Twin Peaks|1990-04-08|8.3|Drama,Mystery,Crime|ABC|Lynch/Frost Productions|David Lynch,Mark Frost|Kyle MacLachlan=Dale Cooper,Michael Ontkean=Harry Truman|8,22|E|1x1=Northwest Passage;1990-04-08;David Lynch;|1x2=Traces to Nowhere;1990-04-12;Duwayne Dunham;|1x3=Zen, or the Skill to Catch a Killer;1990-04-19;David Lynch;|2x1=May the Giant Be with You;1990-09-30;David Lynch;
Sword Art Online|2012-07-08|8.2|Animation,Action & Adventure,Sci-Fi & Fantasy|Tokyo MX|A-1 Pictures|Reki Kawahara|Yoshitsugu Matsuoka=Kirito,Haruka Tomatsu=Asuna|25,24,24,23|E
We Married as a Job!|2016-10-11|8.0|Comedy,Drama|TBS|TBS Television|Akiko Nogi|Yui Aragaki=Mikuri Moriyama,Gen Hoshino=Hiramasa Tsuzaki|11|E
Death Note|2015-07-05|7.6|Drama,Crime|Nippon TV|Nippon Television|Ryoichi Oshima|Masataka Kubota=Light Yagami,Kento Yamazaki=L|11|E
Fallout|2024-04-10|8.3|Action & Adventure,Sci-Fi & Fantasy|Prime Video|Kilter Films,Bethesda Game Studios|Graham Wagner,Geneva Robertson-Dworet|Ella Purnell=Lucy MacLean,Walton Goggins=The Ghoul|8|R|1x1=The End;2024-04-10;Jonathan Nolan;
The Bear|2022-06-23|8.2|Drama,Comedy|FX|FXP|Christopher Storer|Jeremy Allen White=Carmen Berzatto,Ayo Edebiri=Sydney Adamu|8,10,10|R|1x1=System;2022-06-23;Christopher Storer;
Severance|2022-02-18|8.4|Drama,Mystery,Sci-Fi & Fantasy|Apple TV+|Endeavor Content|Dan Erickson|Adam Scott=Mark Scout,Britt Lower=Helly Riggs|9,10|A|2x1=Hello, Ms. Cobel;2025-01-17;Ben Stiller;|1x1=Good News About Hell;2022-02-18;Ben Stiller;
Abbott Elementary|2021-12-07|7.6|Comedy|ABC|Warner Bros. Television|Quinta Brunson|Quinta Brunson=Janine Teagues|13,22,14,22|A
The Pitt|2025-01-09|8.6|Drama|Max|Warner Bros. Television|R. Scott Gemmill|Noah Wyle=Michael Robinavitch,Katherine LaNasa=Dana Evans|15|A|1x1=7:00 A.M.;2025-01-09;John Wells;
FBI: Most Wanted|2020-01-07|8.0|Crime,Drama|CBS|Wolf Entertainment|René Balcer|Dylan McDermott=Remy Scott,Roxy Sternberg=Sheryll Barnes,Alexa Davalos=Kristin Gaines,Edwin Hodge=Ray Cannon,Keisha Castle-Hughes=Hana Gibson|14,15,22,22,13,22|A
American Dad!|2005-02-06|7.0|Animation,Comedy|TBS|20th Television|Seth MacFarlane|Seth MacFarlane=Stan Smith,Wendy Schaal=Francine Smith|7,16,19,16,20|R
Modern Family|2009-09-23|7.9|Comedy|ABC|20th Television|Christopher Lloyd,Steven Levitan|Ed O'Neill=Jay Pritchett,Ty Burrell=Phil Dunphy|24,24,24,24|E
Miracle Workers|2019-02-12|7.2|Comedy|TBS|Broadway Video|Simon Rich|Daniel Radcliffe=Craig,Steve Buscemi=God|7,10,10,10|E
Guillermo del Toro's Cabinet of Curiosities|2022-10-25|7.5|Drama,Mystery|Netflix|Double Dare You|Guillermo del Toro|Rupert Grint=Walter Gilman,Ben Barnes=Will Thurber|8|E|1x6=Dreams in the Witch House;2022-10-27;Catherine Hardwicke;
Don't Look Deeper|2020-07-27|6.7|Sci-Fi & Fantasy,Drama|Quibi|Quibi Studios|Jeffrey Lieber|Helena Howard=Aisha,Don Cheadle=Martin|14|E|1x1=Cut Deep;2020-07-27;Catherine Hardwicke;
"""
