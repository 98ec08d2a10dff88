using ResPrune.TinyModel.Scenes;

namespace ResPrune.TinyModel.Training;

/// <summary>A noun named in a question, and what looking it up should find.</summary>
/// <param name="Position">Index of its token in the batch's text rows.</param>
/// <param name="Labels">Which of the nine places it is at, then which of the eight colours its cards have; 0 or 1.</param>
internal sealed record NounMention(int Position, float[] Labels)
{
    /// <summary>Labels of a mention.</summary>
    public static readonly int LabelCount = Place.Count + CardColours.All.Count;

    public static NounMention Of(int position, Scene scene, int noun)
    {
        var labels = new float[LabelCount];
        foreach (var thing in scene.Objects.Where(o => o.Noun == noun))
        {
            labels[thing.Place.Index] = 1;
            labels[Place.Count + thing.Colour] = 1;
        }

        return new NounMention(position, labels);
    }
}
