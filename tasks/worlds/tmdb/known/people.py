"""People: name | gender (1 woman, 2 man) | birthday | birthplace | department | day of death.

Companies and networks: name | headquarters | country | homepage.
"""

from __future__ import annotations

PEOPLE = """
Sofia Coppola|1|1971-05-14|New York City, New York, USA|Directing
Christopher Nolan|2|1970-07-30|London, England, UK|Directing
Martin Scorsese|2|1942-11-17|New York City, New York, USA|Directing
Leonardo DiCaprio|2|1974-11-11|Los Angeles, California, USA|Acting
Kate Winslet|1|1975-10-05|Reading, England, UK|Acting
James Cameron|2|1954-08-16|Kapuskasing, Ontario, Canada|Directing
Catherine Hardwicke|1|1955-10-21|Cameron, Texas, USA|Directing
Clint Eastwood|2|1930-05-31|San Francisco, California, USA|Directing
Francis Ford Coppola|2|1939-04-07|Detroit, Michigan, USA|Directing
Christian Bale|2|1974-01-30|Haverfordwest, Wales, UK|Acting
Quentin Tarantino|2|1963-03-27|Knoxville, Tennessee, USA|Directing
Frank Darabont|2|1959-01-28|Montbéliard, France|Directing
Tim Robbins|2|1958-10-16|West Covina, California, USA|Acting
Morgan Freeman|2|1937-06-01|Memphis, Tennessee, USA|Acting
David Lynch|2|1946-01-20|Missoula, Montana|Directing|2025-01-15
Akira Kurosawa|2|1910-03-23|Tokyo, Japan|Directing|1998-09-06
Steven Spielberg|2|1946-12-18|Cincinnati, Ohio, USA|Directing
Scarlett Johansson|1|1984-11-22|New York City, New York, USA|Acting
Greta Gerwig|1|1983-08-04|Sacramento, California, USA|Directing
Masataka Kubota|2|1988-08-06|Kanagawa, Japan|Acting
Yui Aragaki|1|1988-06-11|Naha, Okinawa, Japan|Acting
Gen Hoshino|2|1981-01-28|Warabi, Saitama, Japan|Acting
Katherine LaNasa|1|1966-12-01|New Orleans, Louisiana, USA|Acting
Cate Blanchett|1|1969-05-14|Melbourne, Victoria, Australia|Acting
Jeremy Clarkson|2|1960-04-11|Doncaster, England, UK|Acting
Richard Hammond|2|1969-12-19|Solihull, England, UK|Acting
David Schwimmer|2|1966-11-02|New York City, New York, USA|Acting
Bruce Willis|2|1955-03-19|Idar-Oberstein, Germany|Acting
Pedro Pascal|2|1975-04-02|Santiago, Chile|Acting
Hayley Atwell|1|1982-04-05|London, England, UK|Acting
Jeremy Allen White|2|1991-02-17|New York City, New York, USA|Acting
Ella Purnell|1|1996-09-17|London, England, UK|Acting
Zendaya|1|1996-09-01|Oakland, California, USA|Acting
Mark Hamill|2|1951-09-25|Oakland, California, USA|Acting
Dan Stevens|2|1982-10-10|Croydon, England, UK|Acting
Alan Tudyk|2|1971-03-16|El Paso, Texas, USA|Acting
Miyoshi Yuzukaaa|1|1996-02-11|Tokyo, Japan|Acting
Supaporn Malisorn|1|1998-07-19|Bangkok, Thailand|Acting
Hannah Love Lanier|1|2010-05-04|Atlanta, Georgia, USA|Acting
Yoo Jung|1|1999-03-12|Seoul, South Korea|Acting
Hunter Schafer|1|1998-12-31|Trenton, New Jersey, USA|Acting
Aya Asahina|1|1993-10-06|Tokyo, Japan|Acting
Derya Pınar Ak|1|1999-11-02|Istanbul, Turkey|Acting
Zhao Lusi|1|1998-11-09|Chengdu, China|Acting
Rowoon|2|1996-08-07|Seoul, South Korea|Acting
Marlo Kelly|1|1997-01-20|Sydney, New South Wales, Australia|Acting
Min Do-yoon|2|1983-04-30|Seoul, South Korea|Acting
Michael Caine|2|1933-03-14|London, England, UK|Acting
Gary Oldman|2|1958-03-21|London, England, UK|Acting
Minami Hamabe|1|2000-08-29|Ishikawa, Japan|Acting
Carla Gugino|1|1971-08-29|Sarasota, Florida, USA|Acting
Jocelyn Hudon|1|1994-11-13|Toronto, Ontario, Canada|Acting
Alexandra Daddario|1|1986-03-16|New York City, New York, USA|Acting
Willem Dafoe|2|1955-07-22|Appleton, Wisconsin, USA|Acting
Anne Hathaway|1|1982-11-12|New York City, New York, USA|Acting
Elijah Wood|2|1981-01-28|Cedar Rapids, Iowa, USA|Acting
Natalie Portman|1|1981-06-09|Jerusalem, Israel|Acting
Mark Wahlberg|2|1971-06-05|Boston, Massachusetts, USA|Acting
Cillian Murphy|2|1976-05-25|Cork, Ireland|Acting
Chris Pine|2|1980-08-26|Los Angeles, California, USA|Acting
Chris Buck|2|1958-02-24|Wichita, Kansas, USA|Directing
Chris Columbus|2|1958-09-10|Spangler, Pennsylvania, USA|Directing
"""

COMPANIES = """
Lucasfilm|San Francisco|US|https://www.lucasfilm.example
Paramount Pictures|Hollywood, California|US|https://www.paramount.example
Universal Pictures|Universal City, California|US|https://www.universalpictures.example
Walt Disney Pictures|Burbank, California|US|https://www.disney.example
Castle Rock Entertainment|Beverly Hills, California|US|https://www.castlerock.example
Warner Bros. Pictures|Burbank, California|US|https://www.warnerbros.example
Warner Bros. Television|Burbank, California|US|https://www.wbtv.example
FXP|Los Angeles, California|US|https://www.fxp.example
20th Century Fox|Los Angeles, California|US|https://www.foxmovies.example
Toho|Tokyo|JP|https://www.toho.example
"""

NETWORKS = """
HBO|New York City, New York|US|https://www.hbo.example
Netflix|Los Gatos, California|US|https://www.netflix.example
Prime Video|Seattle, Washington|US|https://www.primevideo.example
Apple TV+|Cupertino, California|US|https://tv.apple.example
FX|Los Angeles, California|US|https://www.fxnetworks.example
BBC Two|London|GB|https://www.bbc.example
"""
