"""Films: title | release | rating | genres | directors | cast (name = character) | the rest.

The rest: p= production companies, c= collection, l= original language, m= budget and revenue in
millions of dollars.
"""

# ruff: noqa: E501 - a thing a line
from __future__ import annotations

FILMS = """
The Virgin Suicides|1999-05-21|7.1|Drama,Romance|Sofia Coppola|Kirsten Dunst=Lux Lisbon,Josh Hartnett=Trip Fontaine|p=American Zoetrope
Lost in Translation|2003-09-18|7.4|Drama,Comedy|Sofia Coppola|Bill Murray=Bob Harris,Scarlett Johansson=Charlotte|p=American Zoetrope
Marie Antoinette|2006-05-24|6.6|History,Drama|Sofia Coppola|Kirsten Dunst=Marie Antoinette,Jason Schwartzman=Louis XVI|p=American Zoetrope
Somewhere|2010-12-22|6.2|Drama|Sofia Coppola|Stephen Dorff=Johnny Marco,Elle Fanning=Cleo|p=American Zoetrope
The Bling Ring|2013-06-12|5.7|Crime,Drama|Sofia Coppola|Emma Watson=Nicki|p=American Zoetrope
The Beguiled|2017-06-23|6.1|Drama,Thriller|Sofia Coppola|Nicole Kidman=Martha Farnsworth,Kirsten Dunst=Edwina|p=American Zoetrope
On the Rocks|2020-10-02|6.2|Comedy,Drama|Sofia Coppola|Rashida Jones=Laura,Bill Murray=Felix|p=American Zoetrope
Priscilla|2023-10-27|6.7|Romance,Drama|Sofia Coppola|Cailee Spaeny=Priscilla Presley,Jacob Elordi=Elvis Presley|p=American Zoetrope
The Dark Knight|2008-07-16|8.5|Action,Crime,Drama|Christopher Nolan|Christian Bale=Bruce Wayne,Heath Ledger=Joker,Michael Caine=Alfred Pennyworth,Gary Oldman=James Gordon,Cillian Murphy=Scarecrow|p=Warner Bros. Pictures,Syncopy;c=The Dark Knight Collection;m=185/1004
Batman Begins|2005-06-10|7.7|Action,Crime|Christopher Nolan|Christian Bale=Bruce Wayne,Michael Caine=Alfred Pennyworth,Gary Oldman=James Gordon,Cillian Murphy=Scarecrow|p=Warner Bros. Pictures;c=The Dark Knight Collection;m=150/374
The Dark Knight Rises|2012-07-17|7.8|Action,Crime|Christopher Nolan|Christian Bale=Bruce Wayne,Michael Caine=Alfred Pennyworth,Gary Oldman=James Gordon,Anne Hathaway=Selina Kyle|p=Warner Bros. Pictures;c=The Dark Knight Collection;m=250/1081
Inception|2010-07-15|8.4|Action,Science Fiction|Christopher Nolan|Leonardo DiCaprio=Dom Cobb,Cillian Murphy=Robert Fischer,Michael Caine=Miles|p=Warner Bros. Pictures,Syncopy;m=160/839
Interstellar|2014-11-05|8.4|Adventure,Drama,Science Fiction|Christopher Nolan|Matthew McConaughey=Cooper,Anne Hathaway=Brand,Michael Caine=Professor Brand|p=Syncopy,Paramount Pictures;m=165/702
Dunkirk|2017-07-19|7.5|War,Action|Christopher Nolan|Fionn Whitehead=Tommy,Cillian Murphy=Shivering Soldier|p=Syncopy;m=100/527
Tenet|2020-08-22|7.2|Action,Thriller|Christopher Nolan|John David Washington=Protagonist,Michael Caine=Sir Michael Crosby|p=Syncopy;m=205/366
Oppenheimer|2023-07-19|8.1|Drama,History|Christopher Nolan|Cillian Murphy=J. Robert Oppenheimer,Robert Downey Jr.=Lewis Strauss,Gary Oldman=Harry S. Truman|p=Syncopy,Universal Pictures;m=100/952
Titanic|1997-11-18|7.9|Drama,Romance|James Cameron|Leonardo DiCaprio=Jack Dawson,Kate Winslet=Rose DeWitt Bukater,Billy Zane=Cal Hockley|p=Paramount Pictures,20th Century Fox;m=200/2264
Poseidon|2006-05-10|5.9|Adventure,Action,Drama|Wolfgang Petersen|Kurt Russell=Robert Ramsey,Josh Lucas=Dylan Johns|p=Warner Bros. Pictures;m=160/182
The Notebook|2004-06-25|7.9|Romance,Drama|Nick Cassavetes|Ryan Gosling=Noah Calhoun,Rachel McAdams=Allie Hamilton|p=New Line Cinema;m=29/118
Avatar|2009-12-15|7.6|Action,Adventure,Science Fiction|James Cameron|Sam Worthington=Jake Sully,Zoe Saldana=Neytiri|p=20th Century Fox;c=Avatar Collection;m=237/2923
Avatar: The Way of Water|2022-12-14|7.2|Action,Adventure,Science Fiction|James Cameron|Sam Worthington=Jake Sully,Zoe Saldana=Neytiri,Kate Winslet=Ronal|p=20th Century Studios;c=Avatar Collection;m=460/2320
Taxi Driver|1976-02-09|8.1|Crime,Drama|Martin Scorsese|Robert De Niro=Travis Bickle,Jodie Foster=Iris|p=Columbia Pictures
Goodfellas|1990-09-12|8.5|Drama,Crime|Martin Scorsese|Ray Liotta=Henry Hill,Robert De Niro=James Conway,Joe Pesci=Tommy DeVito|p=Warner Bros. Pictures
The Departed|2006-10-05|8.2|Drama,Crime|Martin Scorsese|Leonardo DiCaprio=Billy Costigan,Matt Damon=Colin Sullivan,Mark Wahlberg=Dignam|p=Warner Bros. Pictures
The Wolf of Wall Street|2013-12-25|8.0|Crime,Comedy|Martin Scorsese|Leonardo DiCaprio=Jordan Belfort,Jonah Hill=Donnie Azoff,Margot Robbie=Naomi|p=Paramount Pictures
Killers of the Flower Moon|2023-10-18|7.4|Crime,Drama,History|Martin Scorsese|Leonardo DiCaprio=Ernest Burkhart,Lily Gladstone=Mollie Burkhart,Robert De Niro=William Hale|p=Paramount Pictures;m=200/157
Don't Look Up|2021-12-08|7.1|Comedy,Science Fiction|Adam McKay|Leonardo DiCaprio=Dr. Randall Mindy,Jennifer Lawrence=Kate Dibiasky,Cate Blanchett=Brie Evantee|p=Hyperobject Industries
Twilight|2008-11-20|6.3|Fantasy,Romance|Catherine Hardwicke|Kristen Stewart=Bella Swan,Robert Pattinson=Edward Cullen|p=Summit Entertainment;c=The Twilight Collection
Lords of Dogtown|2005-06-03|7.1|Drama|Catherine Hardwicke|Emile Hirsch=Jay Adams,Heath Ledger=Skip|p=Columbia Pictures
The Matrix|1999-03-30|8.2|Action,Science Fiction|Lana Wachowski,Lilly Wachowski|Keanu Reeves=Neo,Laurence Fishburne=Morpheus,Carrie-Anne Moss=Trinity|p=Warner Bros. Pictures;c=The Matrix Collection;m=63/463
The Matrix Reloaded|2003-05-15|7.0|Action,Science Fiction|Lana Wachowski,Lilly Wachowski|Keanu Reeves=Neo,Carrie-Anne Moss=Trinity|p=Warner Bros. Pictures;c=The Matrix Collection;m=150/738
Million Dollar Baby|2004-12-15|8.0|Drama|Clint Eastwood|Clint Eastwood=Frankie Dunn,Hilary Swank=Maggie Fitzgerald|p=Malpaso Productions
Gran Torino|2008-12-12|8.0|Drama|Clint Eastwood|Clint Eastwood=Walt Kowalski|p=Malpaso Productions
Cry Macho|2021-09-16|6.6|Drama,Western|Clint Eastwood|Clint Eastwood=Mike Milo|p=Malpaso Productions
Juror #2|2024-10-30|7.0|Crime,Thriller|Clint Eastwood|Nicholas Hoult=Justin Kemp,Toni Collette=Faith Killebrew|p=Malpaso Productions
The Godfather|1972-03-14|8.6|Drama,Crime|Francis Ford Coppola|Marlon Brando=Don Vito Corleone,Al Pacino=Michael Corleone,James Caan=Sonny Corleone|p=Paramount Pictures;c=The Godfather Collection;m=6/245
The Godfather Part II|1974-12-20|8.5|Drama,Crime|Francis Ford Coppola|Al Pacino=Michael Corleone,Robert De Niro=Vito Corleone|p=Paramount Pictures;c=The Godfather Collection;m=13/103
Apocalypse Now|1979-05-19|8.2|Drama,War|Francis Ford Coppola|Martin Sheen=Captain Willard,Marlon Brando=Colonel Kurtz|p=American Zoetrope;m=31/104
Star Wars|1977-05-25|8.2|Adventure,Action,Science Fiction|George Lucas|Mark Hamill=Luke Skywalker,Harrison Ford=Han Solo,Carrie Fisher=Princess Leia|p=Lucasfilm,20th Century Fox;c=Star Wars Collection;m=11/775
The Empire Strikes Back|1980-05-20|8.4|Adventure,Action,Science Fiction|Irvin Kershner|Mark Hamill=Luke Skywalker,Harrison Ford=Han Solo,Carrie Fisher=Princess Leia|p=Lucasfilm,20th Century Fox;c=Star Wars Collection;m=18/538
Return of the Jedi|1983-05-25|7.9|Adventure,Action,Science Fiction|Richard Marquand|Mark Hamill=Luke Skywalker,Harrison Ford=Han Solo|p=Lucasfilm,20th Century Fox;c=Star Wars Collection;m=32/475
Harry Potter and the Philosopher's Stone|2001-11-16|7.9|Adventure,Fantasy|Chris Columbus|Daniel Radcliffe=Harry Potter,Emma Watson=Hermione Granger,Rupert Grint=Ron Weasley|p=Warner Bros. Pictures,Heyday Films;c=Harry Potter Collection;m=125/976
Harry Potter and the Chamber of Secrets|2002-11-13|7.7|Adventure,Fantasy|Chris Columbus|Daniel Radcliffe=Harry Potter,Emma Watson=Hermione Granger|p=Warner Bros. Pictures,Heyday Films;c=Harry Potter Collection;m=100/876
Harry Potter and the Prisoner of Azkaban|2004-05-31|8.0|Adventure,Fantasy|Alfonso Cuarón|Daniel Radcliffe=Harry Potter,Gary Oldman=Sirius Black,Emma Watson=Hermione Granger|p=Warner Bros. Pictures,Heyday Films;c=Harry Potter Collection;m=130/790
The Hunger Games|2012-03-12|7.2|Science Fiction,Adventure|Gary Ross|Jennifer Lawrence=Katniss Everdeen,Josh Hutcherson=Peeta Mellark|p=Lionsgate;c=The Hunger Games Collection
The Hunger Games: Catching Fire|2013-11-15|7.4|Science Fiction,Adventure|Francis Lawrence|Jennifer Lawrence=Katniss Everdeen,Josh Hutcherson=Peeta Mellark|p=Lionsgate;c=The Hunger Games Collection
The Hobbit: An Unexpected Journey|2012-12-14|7.4|Adventure,Fantasy|Peter Jackson|Martin Freeman=Bilbo Baggins,Ian McKellen=Gandalf|p=New Line Cinema,WingNut Films;c=The Hobbit Collection
The Hobbit: The Desolation of Smaug|2013-12-13|7.6|Adventure,Fantasy|Peter Jackson|Martin Freeman=Bilbo Baggins,Ian McKellen=Gandalf,Evangeline Lilly=Tauriel|p=New Line Cinema,WingNut Films;c=The Hobbit Collection
The Hobbit: The Battle of the Five Armies|2014-12-17|7.3|Adventure,Fantasy|Peter Jackson|Martin Freeman=Bilbo Baggins,Ian McKellen=Gandalf|p=New Line Cinema,WingNut Films;c=The Hobbit Collection
The Fast and the Furious|2001-06-22|7.0|Action,Crime|Rob Cohen|Paul Walker=Brian O'Conner,Vin Diesel=Dominic Toretto|p=Universal Pictures;c=The Fast and the Furious Collection
2 Fast 2 Furious|2003-06-05|6.5|Action,Crime|John Singleton|Paul Walker=Brian O'Conner,Tyrese Gibson=Roman Pearce|p=Universal Pictures;c=The Fast and the Furious Collection
The Fast and the Furious: Tokyo Drift|2006-06-03|6.5|Action,Crime|Justin Lin|Lucas Black=Sean Boswell|p=Universal Pictures;c=The Fast and the Furious Collection
The Lord of the Rings: The Fellowship of the Ring|2001-12-19|8.4|Adventure,Fantasy,Action|Peter Jackson|Elijah Wood=Frodo Baggins,Ian McKellen=Gandalf,Cate Blanchett=Galadriel|p=New Line Cinema,WingNut Films;c=The Lord of the Rings Collection;m=93/871
The Lord of the Rings: The Two Towers|2002-12-18|8.4|Adventure,Fantasy,Action|Peter Jackson|Elijah Wood=Frodo Baggins,Ian McKellen=Gandalf|p=New Line Cinema,WingNut Films;c=The Lord of the Rings Collection;m=79/926
The Lord of the Rings: The Return of the King|2003-12-17|8.5|Adventure,Fantasy,Action|Peter Jackson|Elijah Wood=Frodo Baggins,Ian McKellen=Gandalf|p=New Line Cinema,WingNut Films;c=The Lord of the Rings Collection;m=94/1118
Django Unchained|2012-12-25|8.2|Drama,Western|Quentin Tarantino|Jamie Foxx=Django,Christoph Waltz=Dr. King Schultz,Leonardo DiCaprio=Calvin Candie|p=Columbia Pictures
Reservoir Dogs|1992-09-02|8.1|Crime,Thriller|Quentin Tarantino|Harvey Keitel=Mr. White,Tim Roth=Mr. Orange|p=Miramax
Pulp Fiction|1994-09-10|8.5|Thriller,Crime|Quentin Tarantino|John Travolta=Vincent Vega,Samuel L. Jackson=Jules Winnfield|p=Miramax
Inglourious Basterds|2009-08-02|8.2|Drama,War|Quentin Tarantino|Brad Pitt=Lt. Aldo Raine,Christoph Waltz=Hans Landa|p=Universal Pictures
The Shawshank Redemption|1994-09-23|8.7|Drama,Crime|Frank Darabont|Tim Robbins=Andy Dufresne,Morgan Freeman=Red|p=Castle Rock Entertainment;m=25/28
The Green Mile|1999-12-10|8.4|Fantasy,Drama,Crime|Frank Darabont|Tom Hanks=Paul Edgecomb|p=Castle Rock Entertainment
Mulholland Drive|2001-06-06|7.8|Thriller,Drama,Mystery|David Lynch|Naomi Watts=Betty Elms,Laura Harring=Rita|p=StudioCanal;m=15/20
Blue Velvet|1986-08-28|7.6|Mystery,Thriller|David Lynch|Kyle MacLachlan=Jeffrey Beaumont,Isabella Rossellini=Dorothy Vallens|p=De Laurentiis Entertainment Group
The Double Life of Veronique|1991-05-15|7.7|Drama,Fantasy,Romance|Krzysztof Kieślowski|Irène Jacob=Weronika / Véronique|p=MK2;l=fr
Seven Samurai|1954-04-26|8.5|Action,Drama|Akira Kurosawa|Toshirō Mifune=Kikuchiyo,Takashi Shimura=Kambei|p=Toho;l=ja
Rashomon|1950-08-26|8.0|Crime,Drama,Mystery|Akira Kurosawa|Toshirō Mifune=Tajōmaru|p=Daiei Film;l=ja
Ikiru|1952-10-09|8.2|Drama|Akira Kurosawa|Takashi Shimura=Kanji Watanabe|p=Toho;l=ja
Yojimbo|1961-04-25|8.1|Drama,Thriller|Akira Kurosawa|Toshirō Mifune=Sanjuro|p=Toho;l=ja
Ran|1985-06-01|8.1|Action,Drama,History|Akira Kurosawa|Tatsuya Nakadai=Hidetora|p=Toho;l=ja
Jaws|1975-06-20|7.7|Horror,Thriller,Adventure|Steven Spielberg|Roy Scheider=Chief Brody,Richard Dreyfuss=Matt Hooper|p=Universal Pictures
E.T. the Extra-Terrestrial|1982-06-11|7.5|Science Fiction,Adventure,Family|Steven Spielberg|Henry Thomas=Elliott|p=Universal Pictures,Amblin Entertainment
Jurassic Park|1993-06-11|7.9|Adventure,Science Fiction|Steven Spielberg|Sam Neill=Dr. Alan Grant,Laura Dern=Dr. Ellie Sattler|p=Universal Pictures,Amblin Entertainment
Schindler's List|1993-12-15|8.5|Drama,History,War|Steven Spielberg|Liam Neeson=Oskar Schindler,Ben Kingsley=Itzhak Stern|p=Universal Pictures,Amblin Entertainment
Saving Private Ryan|1998-07-24|8.2|War,Drama,History|Steven Spielberg|Tom Hanks=Captain Miller,Matt Damon=Private Ryan|p=Amblin Entertainment,Paramount Pictures
Catch Me If You Can|2002-12-16|7.9|Drama,Crime|Steven Spielberg|Leonardo DiCaprio=Frank Abagnale Jr.,Tom Hanks=Carl Hanratty|p=Amblin Entertainment
The Fabelmans|2022-11-11|7.6|Drama|Steven Spielberg|Gabriel LaBelle=Sammy Fabelman,Michelle Williams=Mitzi Fabelman,David Lynch=John Ford|p=Amblin Entertainment
Barbie|2023-07-19|7.0|Comedy,Adventure|Greta Gerwig|Margot Robbie=Barbie,Ryan Gosling=Ken|p=Mattel,Warner Bros. Pictures;m=145/1445
Little Women|2019-12-25|7.9|Drama,Romance|Greta Gerwig|Saoirse Ronan=Jo March,Emma Watson=Meg March|p=Columbia Pictures
We Married as Job|2021-01-02|7.7|Comedy,Romance|Fuminori Kaneko|Yui Aragaki=Mikuri Moriyama,Gen Hoshino=Hiramasa Tsuzaki|p=TBS Television;l=ja
Dune|2021-09-15|7.8|Science Fiction,Adventure|Denis Villeneuve|Timothée Chalamet=Paul Atreides,Rebecca Ferguson=Lady Jessica,Zendaya=Chani|p=Legendary Pictures,Warner Bros. Pictures;c=Dune Collection;m=165/407
Dune: Part Two|2024-02-27|8.1|Science Fiction,Adventure|Denis Villeneuve|Timothée Chalamet=Paul Atreides,Zendaya=Chani,Rebecca Ferguson=Lady Jessica|p=Legendary Pictures,Warner Bros. Pictures;c=Dune Collection;m=190/715
Challengers|2024-04-18|7.0|Romance,Drama|Luca Guadagnino|Zendaya=Tashi Duncan,Mike Faist=Art Donaldson|p=Metro-Goldwyn-Mayer;m=55/96
Spider-Man: No Way Home|2021-12-15|7.9|Action,Adventure,Science Fiction|Jon Watts|Tom Holland=Peter Parker,Zendaya=MJ,Willem Dafoe=Green Goblin|p=Columbia Pictures,Marvel Studios;m=200/1922
The Northman|2022-04-07|7.0|Action,Adventure|Robert Eggers|Alexander Skarsgård=Amleth,Willem Dafoe=Heimir|p=Focus Features;m=90/69
San Andreas|2015-05-27|6.2|Action,Thriller|Brad Peyton|Dwayne Johnson=Ray,Alexandra Daddario=Blake,Carla Gugino=Emma|p=New Line Cinema;m=110/474
Spy Kids|2001-03-30|6.0|Action,Comedy,Family|Robert Rodriguez|Antonio Banderas=Gregorio Cortez,Carla Gugino=Ingrid Cortez|p=Dimension Films;m=35/147
Sin City|2005-04-01|7.5|Thriller,Action,Crime|Robert Rodriguez|Bruce Willis=Hartigan,Elijah Wood=Kevin,Carla Gugino=Lucille|p=Dimension Films;m=40/158
Gerald's Game|2017-09-29|6.5|Horror,Thriller|Mike Flanagan|Carla Gugino=Jessie Burlingame|p=Intrepid Pictures
Alienoid|2022-07-20|6.8|Science Fiction,Action,Fantasy|Choi Dong-hoon|Ryu Jun-yeol=Muruk,Kim Tae-ri=Ean|p=Caper Film;l=ko;m=25/12
Road House|2024-03-08|7.0|Action,Thriller|Doug Liman|Jake Gyllenhaal=Dalton|p=Metro-Goldwyn-Mayer;m=85/0
Kung Fu Panda 4|2024-03-02|7.1|Animation,Action,Family|Mike Mitchell|Jack Black=Po,Viola Davis=The Chameleon|p=DreamWorks Animation;m=85/548
The First Omen|2024-04-03|6.6|Horror|Arkasha Stevenson|Nell Tiger Free=Margaret,Bill Nighy=Cardinal Lawrence|p=20th Century Studios;m=30/54
No Way Up|2024-01-18|6.2|Thriller,Action|Claudio Fäh|Sophie McIntosh=Ava,Colm Meaney=Brandon|p=Altitude Films
Land of Bad|2024-01-25|7.1|Action,Thriller,War|William Eubank|Liam Hemsworth=Kinney,Russell Crowe=Reaper|p=R.U. Robot Studios;m=19/7
Godzilla vs. Kong|2021-03-24|7.6|Action,Science Fiction|Adam Wingard|Alexander Skarsgård=Nathan Lind,Rebecca Hall=Ilene Andrews|p=Legendary Pictures;m=200/470
Godzilla x Kong: The New Empire|2024-03-27|7.2|Action,Science Fiction|Adam Wingard|Rebecca Hall=Ilene Andrews,Dan Stevens=Trapper|p=Legendary Pictures;m=150/571
Abigail|2024-04-16|6.8|Horror,Thriller|Matt Bettinelli-Olpin,Tyler Gillett|Melissa Barrera=Joey,Dan Stevens=Frank,Kevin Durand=Peter|p=Universal Pictures;m=28/42
Beauty and the Beast|2017-03-16|7.0|Family,Fantasy,Romance|Bill Condon|Emma Watson=Belle,Dan Stevens=Beast,Ian McKellen=Cogsworth|p=Walt Disney Pictures;m=160/1267
The Guest|2014-09-17|6.6|Thriller|Adam Wingard|Dan Stevens=David,Maika Monroe=Anna|p=Snoot Entertainment;m=5/3
Rogue One: A Star Wars Story|2016-12-14|7.5|Action,Adventure,Science Fiction|Gareth Edwards|Felicity Jones=Jyn Erso,Alan Tudyk=K-2SO|p=Lucasfilm;m=200/1056
Serenity|2005-09-30|7.4|Science Fiction,Action|Joss Whedon|Nathan Fillion=Malcolm Reynolds,Alan Tudyk=Wash|p=Universal Pictures;m=39/40
Wish|2023-11-13|6.3|Animation,Family,Fantasy|Chris Buck,Fawn Veerasunthorn|Ariana DeBose=Asha,Chris Pine=King Magnifico,Alan Tudyk=Valentino|p=Walt Disney Pictures;m=200/254
Love Lies|2023-05-04|5.6|Romance,Thriller|Miho Sato|Miyoshi Yuzukaaa=Rin|p=Toho;l=ja
Bangkok Breaking|2022-09-02|5.9|Action|Somchai Rattana|Supaporn Malisorn=Nok|p=GDH 559;l=th
A Wrinkle in Time|2018-03-08|5.0|Fantasy,Adventure,Family|Ava DuVernay|Storm Reid=Meg Murry,Hannah Love Lanier=Young Girl|p=Walt Disney Pictures
Godzilla Minus One|2023-11-03|7.6|Science Fiction,Horror,Action|Takashi Yamazaki|Ryunosuke Kamiki=Koichi Shikishima,Minami Hamabe=Noriko Oishi|p=Toho;l=ja;m=15/116
One Piece Film: Red|2022-08-06|7.2|Animation,Adventure,Fantasy|Goro Taniguchi|Mayumi Tanaka=Monkey D. Luffy|p=Toei Animation;l=ja;c=One Piece Collection
One Piece: Stampede|2019-08-09|7.5|Animation,Adventure|Takashi Otsuka|Mayumi Tanaka=Monkey D. Luffy|p=Toei Animation;l=ja;c=One Piece Collection
One Piece Film: Gold|2016-07-23|7.2|Animation,Adventure|Hiroaki Miyamoto|Mayumi Tanaka=Monkey D. Luffy|p=Toei Animation;l=ja;c=One Piece Collection
One Piece Film: Z|2012-12-15|7.6|Animation,Adventure|Tatsuya Nagamine|Mayumi Tanaka=Monkey D. Luffy|p=Toei Animation;l=ja;c=One Piece Collection
Attack on Titan|2015-08-01|5.8|Action,Horror|Shinji Higuchi|Haruma Miura=Eren|p=Toho;l=ja
Better Call Saul: The Making Of|2018-04-03|6.9|Documentary|Nora Bell|Bob Odenkirk=Himself|p=Sony Pictures Television
Chernobyl: Abyss|2021-04-15|6.1|Drama,History|Danila Kozlovsky|Danila Kozlovsky=Alexey|p=Central Partnership;l=ru
Invincible|2006-08-25|6.9|Drama,Family|Ericson Core|Mark Wahlberg=Vince Papale|p=Walt Disney Pictures
Bluey at the Cinema|2024-02-02|7.4|Animation,Family|Joe Brumm|David McCormack=Bandit|p=Ludo Studio
Arcane: Bridging the Rift|2022-08-04|7.9|Documentary|Ines Moreau|Katie Leung=Herself|p=Riot Games
A Breaking Bad Movie: El Camino|2019-10-11|6.9|Crime,Drama,Thriller|Vince Gilligan|Aaron Paul=Jesse Pinkman,Bryan Cranston=Walter White|p=Sony Pictures Television
A Modern Family Farewell|2020-04-08|7.5|Documentary|Brad Bell|Ty Burrell=Himself|p=20th Television
The Modern Family|2009-06-12|5.5|Comedy|Theo Marsh|Ida Quill=Mother|p=Columbia Pictures
Phineas and Ferb the Movie: Across the 2nd Dimension|2011-08-03|7.0|Animation,Comedy,Family|Dan Povenmire,Robert Hughes|Vincent Martella=Phineas,Dan Povenmire=Doofenshmirtz|p=Walt Disney Pictures
Phineas and Ferb the Movie: Candace Against the Universe|2020-08-28|7.3|Animation,Comedy,Family|Bob Bowen|Ashley Tisdale=Candace,Vincent Martella=Phineas|p=Walt Disney Pictures
RuPaul's Drag Race: Corona Can't Keep a Good Queen Down|2021-02-26|7.6|Documentary|Rita Vance|RuPaul=Himself|p=World of Wonder
RuPaul's Drag Race Live Untucked|2023-06-01|6.8|Documentary|Rita Vance|RuPaul=Himself|p=World of Wonder
Hit the Big Top|2015-05-04|5.4|Romance,Comedy|Ken Lowe|Jocelyn Hudon=Cleo|p=Hallmark Channel
When Calls the Moon|2019-02-14|6.0|Romance|Ken Lowe|Jocelyn Hudon=Anna|p=Hallmark Channel
A Quiet Place Part II|2021-05-21|7.5|Science Fiction,Horror,Thriller|John Krasinski|Emily Blunt=Evelyn Abbott,Cillian Murphy=Emmett|p=Paramount Pictures;m=61/297
Black Swan|2010-12-03|7.7|Drama,Thriller|Darren Aronofsky|Natalie Portman=Nina Sayers|p=Fox Searchlight Pictures
No Strings Attached|2011-01-21|6.3|Comedy,Romance|Ivan Reitman|Natalie Portman=Emma,Ashton Kutcher=Adam|p=Paramount Pictures
Ted|2012-06-29|6.4|Comedy,Fantasy|Seth MacFarlane|Mark Wahlberg=John Bennett,Mila Kunis=Lori|p=Universal Pictures
Daddy's Home|2015-12-25|6.1|Comedy,Family|Sean Anders|Will Ferrell=Brad,Mark Wahlberg=Dusty|p=Paramount Pictures
We Made a Beautiful Bouquet|2021-01-29|7.3|Romance,Drama|Nobuhiro Doi|Masaki Suda=Mugi Yamane,Kasumi Arimura=Kinu Hachiya|p=Tokyo Theatres;l=ja
Under the Skin|2013-12-13|6.1|Thriller,Science Fiction|Jonathan Glazer|Scarlett Johansson=The Female|p=Film4 Productions
The Campaign|2012-08-09|5.8|Comedy|Jay Roach|Will Ferrell=Cam Brady,Katherine LaNasa=Rose Brady|p=Warner Bros. Pictures
The Frozen Ground|2013-07-19|6.3|Thriller,Crime|Scott Walker|Nicolas Cage=Jack Halcombe,Katherine LaNasa=Fran Hansen|p=Grindstone
Jayne Mansfield's Car|2012-09-13|6.1|Drama|Billy Bob Thornton|Robert Duvall=Jim Caldwell,Katherine LaNasa=Donna|p=Media Talent Group
"""
