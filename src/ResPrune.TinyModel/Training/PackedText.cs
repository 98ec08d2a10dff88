using ResPrune.TinyModel.Questions;
using ResPrune.TinyModel.Scenes;
using ResPrune.TinyModel.Vocabulary;

namespace ResPrune.TinyModel.Training;

/// <summary>
/// Questions with their answers, packed into rows behind the visual tokens of their picture: B pictures, <see cref="Rows"/> rows each,
/// <see cref="Width"/> tokens a row. A question lies in one row and sees the visual tokens and itself.
/// </summary>
internal sealed class PackedText
{
    private const float Hidden = -30000;

    private readonly TinyVocabulary _vocabulary;
    private readonly int[] _used;
    private readonly long _firstPosition;
    private int _questions;

    /// <param name="vocabulary">Ids.</param>
    /// <param name="pictures">B.</param>
    /// <param name="rows">Rows a picture.</param>
    /// <param name="width">Tokens a row.</param>
    /// <param name="firstPosition">Position of a question's first token: what stands before it in a prompt of its own.</param>
    public PackedText(TinyVocabulary vocabulary, int pictures, int rows, int width, int firstPosition)
    {
        _vocabulary = vocabulary;
        Rows = rows;
        Width = width;
        _firstPosition = firstPosition;
        _used = new int[pictures * rows];
        Ids = new long[pictures * rows * width];
        Positions = new long[Ids.Length];
        Mask = new float[Ids.Length * width];
        Array.Fill(Ids, vocabulary.Padding);
        Array.Fill(Mask, Hidden);
        for (var i = 0; i < Ids.Length; i++)
            Mask[i * width + i % width] = 0;
    }

    public int Rows { get; }

    public int Width { get; }

    /// <summary>Token ids [B·rows·width].</summary>
    public long[] Ids { get; }

    /// <summary>Positions [B·rows·width].</summary>
    public long[] Positions { get; }

    /// <summary>Additive mask within rows [B·rows, width, width].</summary>
    public float[] Mask { get; }

    /// <summary>What is to be predicted.</summary>
    public List<AnswerTarget> Targets { get; } = [];

    /// <summary>Where the questions name a noun.</summary>
    public List<NounMention> Mentions { get; } = [];

    /// <summary>Puts a question into the first row of its picture with room for it.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryAdd(int picture, Scene scene, Question question)
    {
        var prompt = _vocabulary.AfterImage(question.Text);
        var answer = _vocabulary.Answer(question.Answer);
        var length = prompt.Length + answer.Length - 1;
        for (var row = picture * Rows; row < (picture + 1) * Rows; row++)
        {
            if (_used[row] + length > Width)
                continue;
            if (question.Noun >= 0)
                Mentions.Add(NounMention.Of(row * Width + _used[row] + NounAt(prompt, question.Noun), scene, question.Noun));
            Write(row, prompt, answer, length, question.Kind);
            return true;
        }

        return false;
    }

    /// <summary>Makes the weights of all targets add up to 1, each question counting the same however long its answer.</summary>
    public void Normalise()
    {
        for (var i = 0; i < Targets.Count; i++)
            Targets[i] = Targets[i] with { Weight = Targets[i].Weight / _questions };
    }

    private int NounAt(int[] prompt, int noun)
    {
        int one = _vocabulary.Word(NounCatalogue.All[noun].Name), many = _vocabulary.Word(NounCatalogue.All[noun].Plural);
        return Array.FindIndex(prompt, id => id == one || id == many);
    }

    private void Write(int row, int[] prompt, int[] answer, int length, QuestionKind kind)
    {
        var start = _used[row];
        _used[row] += length;
        for (var i = 0; i < length; i++)
        {
            var at = row * Width + start + i;
            Ids[at] = i < prompt.Length ? prompt[i] : answer[i - prompt.Length];
            Positions[at] = _firstPosition + i;
            Mask.AsSpan(at * Width + start, i + 1).Clear();
            if (i >= prompt.Length - 1)
                Targets.Add(new AnswerTarget(at, answer[i - prompt.Length + 1], 1f / MathF.Sqrt(answer.Length), _questions, kind));
        }

        _questions++;
    }
}
