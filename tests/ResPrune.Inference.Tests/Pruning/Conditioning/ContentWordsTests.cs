using ResPrune.Inference.Pruning.Conditioning;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Pruning.Conditioning;

public sealed class ContentWordsTests
{
    [Theory]
    [InlineData("What colour is the circle?", "colour|circle")]
    [InlineData("How many dogs are there in this picture?", "dogs")]
    [InlineData("Is there a red traffic-light next to the café?", "red|traffic-light|next|café")]
    [InlineData("What is on the woman's head?", "woman's|head")]
    [InlineData("Where’s the cat?", "cat")]
    [InlineData("What does route 66 look like", "route|66")]
    [InlineData("Which one is it?\nA. apple\nB. pear", "apple|pear")]
    [InlineData("图中有什么动物？", "图中有什么动物")]
    public void Keeps_what_a_picture_can_answer_to(string question, string expected) =>
        Assert.Equal(expected.Split('|'), Texts(question));

    [Theory]
    [InlineData("Answer the question using a single word or phrase.")]
    [InlineData("answer with a single word or phrase")]
    [InlineData("Please answer the question with a single word or phrase.")]
    [InlineData("Answer with yes or no.")]
    [InlineData("Please answer yes or no.")]
    [InlineData("Answer with the option's letter from the given choices directly.")]
    [InlineData("Answer with the option’s letter from the given choices directly.")]
    [InlineData("Answer briefly.")]
    [InlineData("Answer in one word.")]
    [InlineData("Answer in one sentence.")]
    [InlineData("Answer using only one number.")]
    [InlineData("Respond with just a number!")]
    [InlineData("Please reply in a short phrase.")]
    [InlineData("Be concise.")]
    [InlineData("Keep your answer short.")]
    [InlineData("Give only the letter of the correct option.")]
    [InlineData("Provide a short answer.")]
    [InlineData("Choose from the given options.")]
    [InlineData("When the provided information is insufficient, respond with 'Unanswerable'.")]
    [InlineData("Let's think step by step.")]
    [InlineData("Explain your reasoning.")]
    public void Drops_how_to_answer(string instruction)
    {
        Assert.Equal(["train"], Texts($"Is the train going?\n{instruction}"));
        Assert.Equal(["train"], Texts($"{instruction}\nIs the train there?"));
    }

    [Theory]
    [InlineData("What is the answer written on the blackboard?", "written|blackboard")]
    [InlineData("Does the sign give directions with a single letter?", "sign|directions|single|letter")]
    [InlineData("Is the word on the phrase book red?", "word|phrase|book|red")]
    public void Keeps_questions_that_only_sound_like_instructions(string question, string expected) =>
        Assert.Equal(expected.Split('|'), Texts(question));

    [Fact]
    public void Falls_back_to_the_whole_question_when_no_word_is_left() =>
        Assert.Equal(["Describe the image."], Texts("Describe the image."));

    [Fact]
    public void Falls_back_to_the_question_without_its_instruction() =>
        Assert.Equal(["What is this? "], Texts("What is this? Answer briefly."));

    [Theory]
    [InlineData("Answer briefly.")]
    [InlineData("?!")]
    public void Falls_back_to_everything_when_there_is_nothing_else(string question) => Assert.Equal([question], Texts(question));

    [Fact]
    public void Condition_tokens_are_the_pieces_of_the_content_words()
    {
        //                       0123456789012345678901234
        const string Question = "What is on the snowboard?";
        TextToken[] tokens = [new(1, 0, 4), new(2, 4, 7), new(3, 7, 10), new(4, 10, 14), new(5, 14, 19), new(6, 19, 24), new(7, 24, 25)];

        Assert.Equal([5, 6], ConditionTokens.Select(Question, tokens));
    }

    [Fact]
    public void Tokens_of_the_prompt_around_the_question_never_count()
    {
        const string Prompt = "USER: cats dogs ASSISTANT:";
        TextToken[] tokens = [new(1, 0, 4), new(2, 4, 5), new(3, 5, 10), new(4, 10, 15), new(5, 15, 25), new(6, 25, 26)];

        Assert.Equal([3, 4], ConditionTokens.Select("cats dogs", tokens, Prompt.IndexOf("cats", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_space_before_a_word_is_no_part_of_it()
    {
        TextToken[] tokens = [new(1, 0, 3), new(2, 3, 4), new(3, 4, 7)];

        Assert.Equal([3], ConditionTokens.Select("the cat", tokens));
        Assert.Equal([1, 3], ConditionTokens.Select("dog cat", tokens));
    }

    [Fact]
    public void A_token_the_normalizer_put_in_belongs_to_no_word() =>
        Assert.Equal([2], ConditionTokens.Select("cat", [new(1, 0, 0), new(2, 0, 3)]));

    [Fact]
    public void Every_byte_piece_of_a_character_counts() =>
        Assert.Equal([7, 8], ConditionTokens.Select("é", [new(7, 0, 1), new(8, 0, 1)]));

    private static IEnumerable<string> Texts(string question) =>
        ContentWords.Select(question).Select(span => question[span.Start..span.End]);
}
