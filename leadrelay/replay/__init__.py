"""`leadrelay replay`: would the code at hand still carry the leads that are under way?"""
