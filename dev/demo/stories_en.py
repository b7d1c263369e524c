"""Business threads in English, in the small script language of ``scripts``.

``@`` opens a message and names its author and what is attached, ``+`` opens a new
paragraph, ``&`` continues it, ``/`` is another way to say the same thing.
"""

STORIES = """
story enquiry
subject Enquiry: {qty} {product}
subject Quote for {product}
subject Furnishing {place}
@ customer
+ we are about to refurbish {place} and are looking for {qty} {product}.
/ a neighbour of ours was very happy with your work, so I thought I would ask: could
  you furnish {place} for us? We would need {qty} {product} to begin with.
/ we have outgrown {place}. The plan is to move in the spring, with {qty} new
  {product}.
& Could you give me a rough figure including transport to {city} and fitting?
/ What would that come to, delivered to {city} and assembled?
/ I need a figure I can take into a meeting on {day}.
+ Nothing is settled on colours yet, though everybody here likes {colour}.
/ We have {colour} in mind for the tops, if that is one of your standard finishes.
/ If you have a current brochure with the finishes, please send it along.
@ me
+ thank you for getting in touch. For {qty} {product} we normally need {weeks} weeks
  from the confirmed order.
/ many thanks for your enquiry, I will look after it myself. Lead time for {product}
  is about {weeks} weeks at the moment.
+ To quote properly I need two things: which floor {place} is on, and whether there is
  a goods lift.
/ Before I do the sums: is the floor finished, and can a lorry stop outside the door?
/ A floor plan would help a lot. A sketch on the back of an envelope will do, as long
  as it has the measurements.
@ customer plan
+ we are on the {floor} floor. There is a goods lift but the door is only just under a
  metre wide.
/ attached is the plan with the measurements we took yesterday. The long wall is the
  one that faces the yard.
/ the floor is done, polished concrete. Unloading in the yard is fine if we know the
  day before.
& I leave the rest to your judgement.
/ Ring me if anything is missing, I am at my desk until six.
@ me offer
+ please find our quotation {offer} attached: {qty} {product} at {price} euros each,
  transport and fitting included, {total} euros in all, before tax.
/ here is quotation {offer} as promised. It comes to {total} euros before tax, with
  fitting, and we take the packaging away.
& It is valid for thirty days.
/ I can hold these prices until the end of next month.
+ There is no surcharge for {colour}.
/ I have assumed {colour}; another finish would not change the price.
/ If you would like a sample of {colour}, I can post one tomorrow.
@ customer
+ received, thank you. It went down well in the meeting. One question: can the payment
  be split in three?
/ thanks, that is very clear. My colleague wonders whether {qty} pieces might earn us
  a little discount.
/ thank you. Could the fitting be done on a Saturday, so that nobody has to stop work?
@ me
+ that works for us: one third with the order, one third on delivery and the rest
  after sixty days.
/ I can offer three per cent if the order reaches us by {day}.
/ Saturdays are possible, our fitters would just like ten days' notice.
& Let me know and I will reserve the production slot.
/ If you are happy with that, a reply to this mail is enough.
@ customer order
+ perfect, let us go ahead. The signed order is attached.
/ agreed. You will find the signed order attached, with our billing details.
& Please confirm the date when you can.
/ Thank you for your patience with us.
@ me
+ order received, its number is {order}. Delivery will be in {weeks} weeks; Paolo from
  our logistics will call you to fix the day.
/ this is to confirm order {order}. I will write as soon as production gives me the
  exact week.

story delivery
subject Delivery of order {order}
subject Order {order}: any news?
@ customer
+ could you tell me whether delivery of order {order} is still on for {day}?
/ is there any news on order {order}? The painters finish on {day} and I would like to
  line the two things up.
& We can only unload in the morning, before eleven.
/ A rough time is enough, so that I can tell the porter.
@ me logistics
+ I am copying in Paolo, who looks after transport. He will reply with the exact day.
/ the goods are ready in our warehouse. Paolo, in copy, will confirm time and vehicle.
@ logistics
+ good morning all, the lorry will be in {city} on {day} at about nine. Six packages
  on two pallets, and there is a tail lift.
/ confirmed for {day}, between eight and ten. The driver rings half an hour before; I
  only need a mobile number.
@ customer
+ lovely, we will be there. The number of the front desk is the one below.
/ great. Ask for me at the gate, the yard will be clear.
@ customer slow photo
+ everything arrived and is up. Your fitters were quick and left the place spotless.
  Here is a picture.
/ all delivered, not a scratch. See the picture: {place} looks like a different room.
@ me
+ what a good picture, thank you! I am going to show it to the workshop.
/ thank you. If anything works loose over the next few days, tell me straight away.

story complaint
subject Order {order}: damaged piece
subject Trouble with our {product}
@ customer photo
+ when we unpacked order {order} we found a chipped edge, you can see it in the
  picture.
/ I am sorry to say that one of the pieces delivered on {day} has a deep scratch
  across the top. Picture attached.
/ one of the {product} does not close properly, the side is out of square by a few
  millimetres.
& The packaging was intact, so I suppose it happened before it left you.
/ The carrier made a note of it on the delivery slip.
& How do we go about this?
/ Can it be replaced?
@ me
+ I am very sorry about that. Our technicians are looking at your picture and tomorrow
  I can tell you whether it can be mended on the spot.
/ please accept our apologies, this is not how we like to deliver. I have opened a
  case.
+ Do use it in the meantime, it is quite safe.
/ Could you read me the number on the label? It is under the top, on the right.
@ customer
+ thank you for the quick answer. The label says {label}.
/ the number is {label}. There is no rush, but we would like it sorted before our
  visitors come on {day}.
@ me tech
+ Davide has had a look: it has to be replaced. We will make it this week and fit it
  ourselves, free of charge.
/ we have decided to change the whole piece. It leaves on {day} with our own van.
@ customer
+ that is a relief, thank you.
/ very good, we appreciate it. See you on {day}.

story invoice
subject Invoice {invoice}
subject Invoice {invoice}: please correct
@ office invoice
+ please find attached invoice {invoice} for order {order}, {total} euros before tax,
  payable within thirty days.
/ this is invoice {invoice}. The paper copy follows by post for your files.
@ customer
+ our purchase order number is missing from the invoice, and accounts will not pay
  without it. Could you add it?
/ we have your invoice, but it still shows our old address. Do you need to credit it
  first?
/ just checking: transport was included in the quotation, but I see it as a separate
  line.
@ me
+ you are right. I will speak to Anna in accounts and send you the corrected one.
/ thank you for spotting that. We will look into it and come back to you by {day}.
@ office invoice
+ here is the corrected invoice, with apologies for the mix-up. Please ignore the
  first.
/ attached is the amended version with the details you gave us.
@ customer slow
+ thank you, the transfer went out this morning.
/ all fine now, payment is scheduled for {day}.

story appointment
subject Site visit in {city}
subject Seeing you next week
@ me
+ I am in your part of the world next week and could come on {day} morning to measure
  {place}. Would that suit you?
/ to finish the design I should really see {place}. Would {day} at about ten be all
  right?
@ customer
+ {day} is fine, but after eleven please: I have a meeting before that.
/ with pleasure. Come on {day} for lunch and I will introduce you to our architect.
& You can park in the inner yard, ring at the big gate.
/ Ask for me at the front desk.
@ me invitation
+ perfect, here is an invitation so that it is in both our diaries.
/ noted. The invitation is attached.
@ customer
+ confirmed, see you on {day}.
/ got it. Safe travels!

story sheet
subject Data sheet for {product}
subject Certificates for {product}
@ customer
+ our fire officer would like the data sheet of the {product}, especially the reaction
  to fire.
/ for a tender we need the environmental certificates of your {product}. Do you have
  them as files?
@ me sheet
+ here is the full data sheet, the part about fire is on page three.
/ attached. If the tender asks for a signed declaration, I can have it ready today.
@ customer
+ thank you, just what I needed.
/ perfect. Is there a table with the weights as well? Our floor is an old one.
@ me list
+ attached is the table with weights and measures of the whole range.
/ of course, see the sheet attached; weights are in the last column.

story reorder
subject Another {qty} {product}
subject Repeat of order {order}
@ customer
+ we have grown: we need another {qty} {product}, the same as in order {order}.
/ we would like to complete {place} with {qty} more {product}. Do you still make them?
& The same {colour}, please.
/ Is {colour} still available?
@ me offer
+ yes, the model has not changed and neither has the finish. Quotation {offer} is
  attached, at last year's price.
/ I am glad you like them. Quotation {offer} is attached: {total} euros in all,
  delivery within {weeks} weeks.
@ customer order
+ approved, order attached.
/ that is fine, please go ahead. The order is attached.
@ me
+ received, thank you. The number is {order}-B.
/ thank you, production has everything.

story followup
subject Quotation {offer}
subject Any thoughts on quotation {offer}?
@ me
+ I wondered whether you have had a chance to look at quotation {offer} for {place}.
/ may I ask where you stand on the {product}? The prices of quotation {offer} end on
  {day}.
@ customer slow
+ you are right, I owe you an answer. The decision has moved to next month, we are
  waiting for the funding.
/ I am afraid the project is on hold for this year. Let us talk again in the spring.
/ we are still thinking, but another supplier has come down quite a bit. Is there any
  room on your side?
@ me
+ thank you for being so frank. I will keep the quotation open and ring you in a
  month.
/ I understand. There is little I can do on the price, but I can hold it and deliver
  two weeks earlier.
@ customer
+ that would be kind, talk to you then.
/ I appreciate that. You will hear from me after the board meets on {day}.

story smalltalk
subject Thank you
subject It was good to see you
subject Greetings from {city}
@ customer
+ just a line to thank you for showing us round. My colleagues are still talking about
  the workshop.
/ this is not about work: I saw your stand at the fair and the new tables are a joy.
  Compliments to whoever drew them.
/ with the holidays coming up, our best wishes to you and the whole team.
@ me
+ how kind of you, thank you! I will pass it on to everybody.
/ thank you so much, that made our day. The next coffee is on me.
@ customer
+ I will hold you to that. Have a good weekend!
/ it is a deal, see you soon.

story measure
subject Measurements, {place}
subject Revised drawings for {place}
@ customer plan
+ our architect has moved a door, here is the new plan of {place}.
/ we measured again and the back wall is shorter than we thought. Drawing attached.
@ me tech
+ thank you. Davide and I will check whether the {qty} {product} still fit.
/ received. Davide, could you see whether we have to reduce the depth?
@ tech plan
+ I have drawn it again: they fit, but the aisles come down to ninety centimetres. The
  new layout is attached.
/ with two pieces fewer the escape route stays wide enough. I have marked the spot in
  red.
@ customer
+ we would rather keep the aisles wide, so let us drop two.
/ we are happy with the new layout, let us go with that.
@ me offer
+ I have changed the quotation accordingly, it is attached under the same number,
  {offer}.
/ here is quotation {offer} as revised, it is now {total} euros.
@ customer
+ thank you, I will pass it to the director and sign it by {day}.
/ approved. We await your dates.
"""
